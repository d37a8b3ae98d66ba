# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The cards and ports in devlink, and links.

demo_cards() {
	step "Two cards on the PCI bus, in devlink"
	run devlink dev show
	run devlink dev info "$CARD_A"
	run devlink port show
	expect "ports of both cards" 4 \
		"$(jdevlink '[.port[] | select(.flavour == "physical")] | length' port show)"

	step "Every port is a netdev; names for this demo"
	rename "$CARD_A" 0 a0
	rename "$CARD_A" 1 a1
	rename "$CARD_B" 0 b0
	rename "$CARD_B" 1 b1
	run ip netns add far
	run ip netns add near
	run ip link set a0 netns far
	run ip link set a1 netns far
	run ip link set b1 netns near
}

rename() {
	run ip link set dev "$(netdev_of "$1" "$2")" name "$3"
}
