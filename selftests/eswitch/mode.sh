#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The mode of the switch, and what stands in the way of a change.
# Topology: lib/devlink.sh

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

there_and_back() {
	mode_set "$CARD" legacy
	expect mode "$(mode_get "$CARD")" = legacy
	mode_set "$CARD" legacy
	ping_works
	mode_set "$CARD" switchdev
	expect mode "$(mode_get "$CARD")" = switchdev
	ping_works
}

# The port's netdev is the same in both modes.
netdev_stays() {
	local before

	before=$(cat "/sys/class/net/$DEV/ifindex")
	mode_set "$CARD" legacy
	mode_set "$CARD" switchdev
	expect ifindex "$(cat "/sys/class/net/$(port_dev "$CARD" 0)/ifindex")" = "$before"
	expect carrier "$(cat "/sys/class/net/$DEV/carrier")" = 1
}

groups_keep_it() {
	group_add "$CARD" 5
	expect_refused "gnic: legacy has no function ports: devlink port del them first" \
		mode_set "$CARD" legacy
	expect mode "$(mode_get "$CARD")" = switchdev
}

redirects_keep_it() {
	flower "$DEV" protocol ip flower skip_sw action mirred egress redirect dev "$DEV"
	expect_refused "gnic: legacy has no redirects and mirrors: tc filter del them first" mode_set "$CARD" legacy
	tc filter del dev "$DEV" ingress
	mode_set "$CARD" legacy
	mode_set "$CARD" switchdev
}

redirect_needs_it() {
	mode_set "$CARD" legacy
	defer mode_set "$CARD" switchdev
	expect_refused "gnic: redirect and mirror need eswitch mode switchdev" \
		flower "$DEV" protocol ip flower skip_sw action mirred egress redirect dev "$DEV"
	flower "$DEV" protocol ip flower skip_sw ip_proto 99 action drop
}

# A third mode came with Linux 6.19; trixie's devlink has no word for it.
switchdev_inactive() {
	local family

	family=$TREE/selftests/lib/devlink_mode.py
	uname -r | grep -q -E '^(6\.19|[7-9])' || skip "no such mode in this kernel"
	expect_refused "the modes of this switch are legacy and switchdev" python3 "$family" "$CARD" 2
	expect mode "$(mode_get "$CARD")" = switchdev
}

inline_and_encap() {
	expect_fail devlink dev eswitch set "$CARD" inline-mode link
	expect_fail devlink dev eswitch set "$CARD" encap-mode basic
}

switch_up
trap switch_down EXIT
guest_main there_and_back netdev_stays groups_keep_it redirects_keep_it redirect_needs_it \
	switchdev_inactive inline_and_encap
