#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The card's own: parameters with their effect, regions, selftest.

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

init_set() {
	param_set "$CARD" "$1" "$2" driverinit
}

reload() {
	devlink dev reload "$CARD"
}

vectors() {
	resource "$CARD" vectors size
}

msix() {
	local before

	before=$(vectors)
	defer reload
	defer init_set msix_vec_per_pf_max 1024
	init_set msix_vec_per_pf_max 3
	reload
	expect vectors "$(vectors)" -eq 3
	expect "interrupts in use" "$(resource "$CARD" vectors occ)" -le 3
	expect_refused "gnic: msix_vec_per_pf_min would be above msix_vec_per_pf_max" \
		init_set msix_vec_per_pf_min 4
	expect_refused "gnic: msix_vec_per_pf: 2 to 1024" init_set msix_vec_per_pf_max 1
	expect_refused "gnic: msix_vec_per_pf: 2 to 1024" init_set msix_vec_per_pf_max 1025
	init_set msix_vec_per_pf_max 1024
	reload
	expect vectors "$(vectors)" -eq "$before"
}

event_eq_size() {
	local size

	defer reload
	defer init_set event_eq_size 512
	for size in 64 4096; do
		init_set event_eq_size "$size"
		reload
		up_and_down
	done
	expect_refused "gnic: event_eq_size: a power of two, 64 to 4096" init_set event_eq_size 32
	expect_refused "gnic: event_eq_size: a power of two, 64 to 4096" init_set event_eq_size 8192
	expect_refused "gnic: event_eq_size: a power of two, 64 to 4096" init_set event_eq_size 100
}

# Events arrive: the carrier of both ports comes and goes.
up_and_down() {
	local dev other

	dev=$(port_dev "$CARD" 0)
	other=$(port_dev "$PEER_CARD" 0)
	ip link set "$other" up
	ip link set "$dev" up
	wait_for 10 grep -q 1 "/sys/class/net/$dev/carrier"
	ip link set "$other" down
	wait_for 10 grep -q 0 "/sys/class/net/$dev/carrier"
	ip link set "$dev" down
}

enable_eth() {
	init_set enable_eth false
	reload
	[ -z "$(port_dev "$CARD" 0)" ] || fail "there is a netdev"
	[ -z "$(devlink -j dev show "$CARD" | jq -r '.dev[].nested_devlink // empty')" ] ||
		fail "there are children"
	init_set enable_eth true
	reload
	[ -n "$(port_dev "$CARD" 0)" ] || fail "no netdev"
}

enable_rdma() {
	defer reload
	defer init_set enable_rdma true
	init_set enable_rdma false
	reload
	mode_set "$CARD" switchdev
	group_add "$CARD" 4
	group_set "$CARD" 4 peer_ip 192.0.2.2 peer_qpn_base 7
	expect_refused "gnic: enable_rdma of the card is off: no groups of type write" \
		group_state "$CARD" 4 active
	group_set "$CARD" 4 qp_type raw
	group_state "$CARD" 4 active
}

# A filter with room for two: with a third address all are received.
max_macs() {
	local dev other

	defer reload
	defer init_set max_macs 128
	init_set max_macs 2
	reload
	expect "room for addresses" "$(resource "$(eth_of "$CARD")" macs size)" -eq 2
	dev=$(port_dev "$CARD" 0)
	other=$(port_dev "$PEER_CARD" 0)
	ip link set "$other" up
	defer ip link set "$other" down
	# no addresses of multicast: one of the two is the port's own; and no frames to such
	sysctl -q -w "net.ipv6.conf.$dev.disable_ipv6=1" "net.ipv6.conf.$other.disable_ipv6=1"
	defer sysctl -q -w "net.ipv6.conf.$other.disable_ipv6=0"
	ip link set "$dev" up
	wait_for 10 grep -q 1 "/sys/class/net/$dev/carrier"
	strangers 0
	bridge fdb add 02:00:00:00:00:01 dev "$dev"
	strangers 0
	bridge fdb add 02:00:00:00:00:02 dev "$dev"
	strangers 5
	bridge fdb del 02:00:00:00:00:02 dev "$dev"
	strangers 0
	ip link set "$dev" down
	expect_refused "gnic: max_macs: 1 to 128" init_set max_macs 0
	expect_refused "gnic: max_macs: 1 to 128" init_set max_macs 129
}

# strangers COUNT: of five frames for somebody else so many are received.
strangers() {
	local before

	before=$(stat "$dev" rx_packets)
	python3 "$TREE/selftests/lib/fcs.py" emit "$other" 02:00:00:00:00:99 60 60 60 60 60
	# the last frame has come when one behind it has
	python3 "$TREE/selftests/lib/fcs.py" emit "$other" "$(cat "/sys/class/net/$dev/address")" 60
	wait_for 5 received_more "$dev" $((before + $1 + 1))
	expect "frames received" "$(stat "$dev" rx_packets)" -eq $((before + $1 + 1))
}

received_more() {
	[ "$(stat "$1" rx_packets)" -ge "$2" ]
}

# kept NAME: what the card keeps is not what is in force, and outlives a reset
kept() {
	value() {
		devlink -j dev param show "$CARD" name "$1" |
			jq -r ".param[][].values[] | select(.cmode == \"$2\").value"
	}
	expect "runtime $1" "$(value "$1" runtime)" = true
	expect "permanent $1" "$(value "$1" permanent)" = true
	param_set "$CARD" "$1" false permanent
	expect "runtime $1" "$(value "$1" runtime)" = true
	reset_card "$CARD"
	expect "permanent $1" "$(value "$1" permanent)" = false
	echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/unbind
	echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/bind
	expect "runtime $1 of another driver's life" "$(value "$1" runtime)" = false
	param_set "$CARD" "$1" true permanent
	param_set "$CARD" "$1" true
}

permanent() {
	kept internal_error_reset
	kept region_snapshot_enable
}

# Of an image with "overwrite settings" the factory's values come back.
overwrite_settings() {
	mkdir -p /tmp/gnic-images
	printf %s /tmp/gnic-images >/sys/module/firmware_class/parameters/path
	rm -f /tmp/gnic-images/same
	"$TREE/tools/fw/mkfw" /tmp/gnic-images/same
	param_set "$CARD" internal_error_reset false permanent
	devlink dev flash "$CARD" file same
	expect kept "$(devlink -j dev param show "$CARD" name internal_error_reset |
		jq -r '.param[][].values[] | select(.cmode == "permanent").value')" = false
	devlink dev flash "$CARD" file same overwrite settings
	expect factory "$(devlink -j dev param show "$CARD" name internal_error_reset |
		jq -r '.param[][].values[] | select(.cmode == "permanent").value')" = true
}

regions() {
	local region said

	for region in registers nvm fw-trace; do
		said=$(devlink region new "$CARD/$region" snapshot 77)
		devlink region show "$CARD/$region" | grep -q 77 || fail "no snapshot: $said"
		[ "$(devlink region read "$CARD/$region" snapshot 77 address 0 length 16 | wc -l)" -eq 1 ] ||
			fail "can't be read"
		devlink region del "$CARD/$region" snapshot 77
	done
	said=$(devlink region read "$CARD/nvm" address 0 length 4)
	[[ $said == *"47 4e 56 4d"* ]] || fail "magic of the memory, without a snapshot: $said"
	fault_command NVM_READ
	expect_refused "gnic: the device can't be read" devlink region read "$CARD/nvm" address 0 length 4
	devlink region dump "$CARD/registers" snapshot 1 >/dev/null 2>&1 || :
	devlink region new "$CARD/registers" snapshot 78
	said=$(devlink region read "$CARD/registers" snapshot 78 address 0 length 4)
	[[ $said == *"47 4e 49 43"* ]] || fail "magic: $said"
	devlink region del "$CARD/registers" snapshot 78
	devlink region new "$CARD/nvm" snapshot 79
	said=$(devlink region read "$CARD/nvm" snapshot 79 address 0 length 4)
	[[ $said == *"47 4e 56 4d"* ]] || fail "magic of the memory: $said"
	devlink region del "$CARD/nvm" snapshot 79
	expect size "$(devlink -j region show "$CARD/nvm" | jq '.regions[].size')" -eq 4096
}

selftest_flash() {
	devlink dev selftests show "$CARD" | grep -q flash || fail "not offered"
	devlink dev selftests run "$CARD" id flash | grep -q -i passed || fail "did not pass"
	fault_command NVM_READ
	devlink dev selftests run "$CARD" id flash | grep -q -i failed || fail "memory that can't be read"
}

need_cards 2
guest_main msix event_eq_size enable_eth enable_rdma max_macs permanent overwrite_settings \
	regions selftest_flash
