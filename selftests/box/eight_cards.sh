#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An HLS-2 box: eight cards, three links from each to each other, a group at each end of each.
# All collectives over all of it.

# shellcheck source=selftests/lib/collective.sh
. "$(dirname "$0")/../lib/collective.sh"

# The cards of each link, the lower one first.
pairs() {
	links | sed -E 's/\.[0-9]+//g; s/-/ /' | awk '{ print $1 < $2 ? $1 "-" $2 : $2 "-" $1 }' | sort
}

three_links_to_each_peer() {
	expect "links" "$(links | wc -l)" -eq 84
	expect "pairs of cards with three" "$(pairs | uniq -c | awk '$1 == 3' | wc -l)" -eq 28
	expect "active groups" "$(devlink -j port show | jq '
		[.port[] | select(.function.opstate == "attached")] | length')" -eq 168
}

every_collective() {
	verified 6 all --size 2M
}

sums_of_other_types() {
	verified 1 allreduce --type bf16 --size 4M
	verified 1 allreduce --type int32 --size 1000004
}

# Of one card: its 21 links.
every_link_has_its_share() {
	links_share "$CARD"
}

# Ports within the box, and one outside without a cable.
ports_without_a_module() {
	local dev

	dev=$(port_dev "$CARD" 0)
	expect_refused "gnic: a port of the backplane has no module" ethtool -m "$dev"
	expect_refused "gnic: a port of the backplane has no module" \
		ethtool --set-module "$dev" power-mode-policy high
	dev=$(port_dev "$CARD" 8)
	expect_refused "gnic: no module is plugged in" ethtool -m "$dev"
	expect_refused "gnic: no module is plugged in" \
		ethtool --set-module "$dev" power-mode-policy high
}

need_cards 8
collective_up
guest_main three_links_to_each_peer every_collective sums_of_other_types \
	every_link_has_its_share ports_without_a_module
