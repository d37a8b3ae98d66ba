#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a card says of itself: info, ports, nested instances, reporter fw.

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

info() {
	devlink -j dev info "$1" | jq -r ".info[].$2"
}

info_keys() {
	expect driver "$(info "$CARD" driver)" = gnic
	[[ $(info "$CARD" serial_number) =~ ^[0-9a-f]{16}$ ]] || fail "serial number"
	expect asic.id "$(info "$CARD" 'versions.fixed["asic.id"]')" = ff07
	expect asic.rev "$(info "$CARD" 'versions.fixed["asic.rev"]')" = \
		"$(sed s/0x// "/sys/bus/pci/devices/${CARD#pci/}/revision")"
	[[ $(info "$CARD" 'versions.fixed["hw.interface"]') =~ ^3\.[0-9]+$ ]] ||
		fail "version of the contract"
	[[ $(info "$CARD" versions.running.fw) =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "fw"
	expect board.id "$(info "$CARD" 'versions.fixed["board.id"]')" = HLS2-GAUDI2
	[[ $(info "$CARD" '["board.serial_number"]') =~ ^GB[0-9a-f]{12}$ ]] || fail "serial of the board"
	expect "stored fw" "$(info "$CARD" versions.stored.fw)" = \
		"$(info "$CARD" versions.running.fw)"
}

serials_differ() {
	[ -n "$PEER_CARD" ] || skip "one card"
	expect serial "$(info "$CARD" serial_number)" != "$(info "$PEER_CARD" serial_number)"
}

port_attr() {
	devlink -j port show "$CARD/$1" | jq -r ".port[].$2"
}

physical_ports() {
	expect flavour "$(port_attr 0 flavour)" = physical
	expect number "$(port_attr 0 port)" = 0
	expect lanes "$(port_attr 0 lanes)" = 2
	expect splittable "$(port_attr 0 splittable)" = true
	expect type "$(port_attr 0 type)" = eth
	expect phys_port_name "$(cat "/sys/class/net/$(port_dev "$CARD" 0)/phys_port_name")" = p0
}

switch_ids() {
	local id0 id1

	id0=$(cat "/sys/class/net/$(port_dev "$CARD" 0)/phys_switch_id")
	[[ $id0 =~ ^[0-9a-f]{18}$ ]] || fail "phys_switch_id: $id0"
	[ -n "$PEER_CARD" ] || return 0
	id1=$(cat "/sys/class/net/$(port_dev "$PEER_CARD" 0)/phys_switch_id")
	expect "switch of another card" "$id0" != "$id1"
}

nested_instances() {
	local eth

	eth=$(eth_of "$CARD")
	[[ $eth == auxiliary/gnic.eth.* ]] || fail "nested: $eth"
	expect driver "$(info "$eth" driver)" = gnic.eth
}

# Queues come and go: no doorbell is for one that there is not. A doorbell that is on its
# way while the card is reset is, so what was before does not count.
queues_anew() {
	local dev

	dev=$(port_dev "$CARD" 0)
	for _ in 1 2 3; do
		ip link set "$dev" up
		ethtool -G "$dev" rx 128 tx 128
		ethtool -G "$dev" rx 512 tx 512
		ip link set "$dev" down
	done
}

reporter_fw() {
	local before after kicks

	expect ready "$(card_stat "$CARD" ready)" = true
	expect fatal "$(card_stat "$CARD" fatal)" = false
	before=$(card_stat "$CARD" cmds)
	after=$(card_stat "$CARD" cmds)
	expect "commands counted" "$after" -gt "$before"
	expect "accesses outside registers" "$(card_stat "$CARD" bad_mmio)" = 0
	kicks=$(card_stat "$CARD" bad_kicks)
	queues_anew
	expect "doorbells for no queue" "$(card_stat "$CARD" bad_kicks)" = "$kicks"
	expect "DMA errors" "$(card_stat "$CARD" dma_errors)" = 0
}

# resource NAME MEMBER
resource() {
	devlink -j resource show "$CARD" |
		jq -r ".resources[][] | select(.name == \"$1\") | .$2"
}

resources() {
	local dev

	mode_set "$CARD" switchdev
	defer mode_set "$CARD" legacy
	expect "room for rules" "$(resource flows size)" -ge 1024
	expect "room for functions" "$(resource functions size)" = 1024
	expect "rules" "$(resource flows occ)" = 0
	expect "functions" "$(resource functions occ)" = 0
	group_add "$CARD" 1
	dev=$(rep_dev "$CARD" 1)
	flower "$dev" protocol ip flower skip_sw ip_proto 99 action drop
	expect "rules" "$(resource flows occ)" = 1
	expect "functions" "$(resource functions occ)" = 1
}

need_cards 1
guest_main info_keys serials_differ physical_ports switch_ids nested_instances reporter_fw \
	resources
