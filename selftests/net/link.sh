#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The two ends of a cable agree on how it runs, or say why they do not: modes,
# FEC, pause, modules. Topology: lib/guest.sh. Kernels: one

. "$(dirname "$0")/../lib/guest.sh"

# set_both ARG...: ethtool -s at both ends
set_both() {
	ethtool -s "$DEV" "$@"
	peer ethtool -s "$PEER_DEV" "$@"
}

negotiate_again() {
	defer ethtool -s "$DEV" autoneg on
	defer peer ethtool -s "$PEER_DEV" autoneg on
}

speed_is() {
	ethtool "$DEV" | grep -q "Speed: $1Mb/s"
}

ext_state_is() {
	ethtool "$DEV" | grep -q "Link detected: no ($1)"
}

fec_is() {
	ethtool --show-fec "$DEV" | grep -q "Active FEC encoding: $1"
}

link_downs() {
	ethtool -I "$DEV" | awk '/Link Down Events/ { print $4 }'
}

# What was set last is on its way still, and the driver may not have heard of it: the
# link is up, and has not been down for two seconds.
link_settles() {
	local downs=-1

	wait_for 5 carrier_up
	while [ "$downs" != "$(link_downs)" ]; do
		downs=$(link_downs)
		sleep 2
		wait_for 5 carrier_up
	done
}

# Links that are lost three times in ten seconds are trained anew, and so lost once
# more: not while somebody counts.
phy_left_alone() {
	local port

	for port in $(devlink -j dev show "$(own_card)" | jq -r '.dev[].nested_devlink | keys[]'); do
		devlink health set "$port" reporter phy auto_recover false
		defer devlink health set "$port" reporter phy auto_recover true
	done
}

# every mode, set by hand at both ends, carries packets
forced_modes() {
	local mode

	negotiate_again
	for mode in "10000 1" "25000 1" "50000 1" "50000 2" "100000 2"; do
		set_both speed "${mode% *}" lanes "${mode#* }" duplex full autoneg off
		wait_for 5 carrier_up
		speed_is "${mode% *}" || fail "speed is not $mode"
		ping_works
	done
	expect_logged "no mode of the port has 40000 Mb/s" \
		ethtool -s "$DEV" speed 40000 autoneg off
	expect_logged "no mode of the port has 100000 Mb/s on 1 lanes" \
		ethtool -s "$DEV" speed 100000 lanes 1 autoneg off
	expect_logged "a link is full duplex" \
		ethtool -s "$DEV" speed 100000 duplex half autoneg off
	# 1000baseT/Full
	expect_logged "no more than the supported modes can be advertised" \
		ethtool -s "$DEV" autoneg on advertise 0x20
	ping_works
}

# the best that both offer; what the partner offers is shown
best_mode_of_both() {
	negotiate_again
	ethtool -s "$DEV" advertise 10000baseCR/Full on 25000baseCR/Full on 50000baseCR2/Full on \
		50000baseCR/Full off 100000baseCR2/Full off
	wait_for 5 speed_is 50000
	peer ethtool -s "$PEER_DEV" advertise 10000baseCR/Full on 25000baseCR/Full on \
		50000baseCR2/Full off 50000baseCR/Full on 100000baseCR2/Full on
	wait_for 5 speed_is 25000
	wait_for 5 carrier_up
	ethtool "$DEV" | sed -n '/Link partner advertised link modes/,/:/p' |
		grep -q 10000baseCR/Full || fail "partner's modes are not shown"
	ping_works
}

# each disagreement has its own reason
reasons() {
	negotiate_again
	ethtool -s "$DEV" advertise 10000baseCR/Full on 25000baseCR/Full off \
		50000baseCR2/Full off 50000baseCR/Full off 100000baseCR2/Full off
	peer ethtool -s "$PEER_DEV" advertise 10000baseCR/Full off
	wait_for 5 ext_state_is "Autoneg, No HCD"
	ethtool -s "$DEV" speed 25000 lanes 1 autoneg off
	peer ethtool -s "$PEER_DEV" speed 50000 lanes 2 autoneg off
	wait_for 5 ext_state_is "Autoneg, No partner detected during force mode"
	peer ethtool -s "$PEER_DEV" speed 25000 lanes 1 autoneg off
	wait_for 5 carrier_up
	defer ethtool --set-fec "$DEV" encoding auto
	ethtool --set-fec "$DEV" encoding off
	peer ethtool --set-fec "$PEER_DEV" encoding rs
	defer peer ethtool --set-fec "$PEER_DEV" encoding auto
	wait_for 5 ext_state_is "Autoneg, FEC mismatch during override"
}

one_end_negotiates() {
	negotiate_again
	ethtool -s "$DEV" speed 25000 lanes 1 autoneg off
	wait_for 5 carrier_up
	speed_is 25000 || fail "not at the speed that was set"
	peer ethtool "$PEER_DEV" | grep -q "Speed: 25000Mb/s" || fail "the other end did not find out"
	ping_works
}

renegotiation() {
	local before

	phy_left_alone
	wait_for 5 speed_is 100000
	link_settles
	before=$(link_downs)
	ethtool -r "$DEV"
	wait_for 5 carrier_up
	expect "lost links" "$(link_downs)" -eq $((before + 1))
	ethtool -s "$DEV" speed 25000 lanes 1 autoneg off
	negotiate_again
	expect_logged "autonegotiation is off" ethtool -r "$DEV"
}

# What the port was told to do is no fault of the link: reporter phy lets it be.
training_is_no_flap() {
	local reports mode port

	port=$(eth_of "$(own_card)")
	negotiate_again
	link_settles
	reports=$(reporter_member "$port" phy error)
	for mode in "10000 1" "25000 1" "50000 1" "100000 2" "25000 1"; do
		ethtool -s "$DEV" speed "${mode% *}" lanes "${mode#* }" duplex full autoneg off
		wait_for 5 carrier_up
	done
	link_settles
	expect "reports" "$(reporter_member "$port" phy error)" -eq "$reports"
}

# A fault of the wire hits frames in both directions.
mended() {
	{
		ethtool -I --show-fec "$DEV"
		peer ethtool -I --show-fec "$PEER_DEV"
	} | awk '/corrected_blocks/ { sum += $2 } END { print sum + 0 }'
}

bad_frames() {
	{
		ethtool -S "$DEV" --groups eth-mac
		peer ethtool -S "$PEER_DEV" --groups eth-mac
	} | awk '/FrameCheckSequenceErrors/ { sum += $2 } END { print sum + 0 }'
}

# Codewords with $1 wrong symbols, as the histogram says; nothing if the kernel has none
codewords() {
	{
		"$TREE/selftests/lib/fechist.py" "$DEV"
		peer "$TREE/selftests/lib/fechist.py" "$PEER_DEV"
	} | awk -v symbols="$1" '$1 == symbols { sum += $2; found = 1 } END { if (found) print sum }'
}

symbol_errors() {
	{
		ethtool -S "$DEV" --groups eth-phy
		peer ethtool -S "$PEER_DEV" --groups eth-phy
	} | awk '/SymbolErrorDuringCarrier/ { sum += $2 } END { print sum + 0 }'
}

symbols() {
	model "{\"cmd\":\"fault\",\"kind\":\"symbol\",\"card\":0,\"port\":0,\"symbols\":$1,\"count\":$2}" \
		>/dev/null
}

# Wrong symbols on the wire: FEC mends some, and says so; more are a lost frame.
fec() {
	local before three wrong

	defer ethtool --set-fec "$DEV" encoding auto
	defer model '{"cmd":"fault","kind":"clear"}'
	fec_is RS || fail "no RS at 100 Gb/s"
	before=$(mended)
	three=$(codewords 3)
	wrong=$(symbol_errors)
	symbols 3 5
	ping -c 6 -i 0.05 -W 2 -q 192.0.2.2 >/dev/null || fail "lost what FEC mends"
	expect "mended codewords" $(($(mended) - before)) -eq 5
	expect "frames with wrong symbols" $(($(symbol_errors) - wrong)) -eq 5
	[ -z "$three" ] || expect "codewords with three" $(($(codewords 3) - three)) -eq 5
	before=$(bad_frames)
	symbols 16 1
	ping -c 3 -i 0.05 -W 1 -q 192.0.2.2 >/dev/null || :
	expect "bad frames" $(($(bad_frames) - before)) -eq 1
	expect_logged "FEC is off, baser, rs, or auto" ethtool --set-fec "$DEV" encoding llrs
	ethtool --set-fec "$DEV" encoding baser
	wait_for 5 fec_is BaseR
	wait_for 5 carrier_up
	speed_is 50000 || fail "100 Gb/s without RS"
	ping_works
}

pause_settings() {
	local case

	defer ethtool -A "$DEV" autoneg on rx on tx on
	for case in "on on" "on off" "off on" "off off"; do
		ethtool -A "$DEV" autoneg on rx "${case% *}" tx "${case#* }"
		ethtool -a "$DEV" | grep -q "RX:[[:space:]]*${case% *}\$" || fail "rx is not ${case% *}"
		ethtool -a "$DEV" | grep -q "TX:[[:space:]]*${case#* }\$" || fail "tx is not ${case#* }"
	done
	ethtool -A "$DEV" autoneg off
	ethtool -a "$DEV" | grep -q "Autonegotiate:[[:space:]]*off" || fail "autoneg was not set"
}

pause_frames() {
	ethtool -I -a "$DEV" | awk -v name="$1:" '$1 == name { print $2 }'
}

# A receiver with few buffers and a sender that does not care: none is lost.
pause_keeps_frames() {
	local before lost

	ethtool -G "$DEV" rx 64
	defer ethtool -G "$DEV" rx 512
	ethtool -C "$DEV" rx-usecs 10000
	defer ethtool -C "$DEV" rx-usecs 4
	before=$(pause_frames tx_pause_frames)
	lost=$(stat "$DEV" rx_missed_errors)
	peer ping -f -l 200 -c 3000 -q 192.0.2.1 >/tmp/flood || :
	expect "pause frames" "$(pause_frames tx_pause_frames)" -gt "$before"
	sleep 2		# lost ones are counted every now and then
	expect "dropped" "$(stat "$DEV" rx_missed_errors)" -eq "$lost"
	grep -q ' 0% packet loss' /tmp/flood || fail "$(grep loss /tmp/flood)"
}

# QSFP28 at the even port, QSFP-DD at the other one
modules() {
	ethtool -m "$DEV" | grep -q 'Vendor name *: vgaudi' || fail "no vendor"
	ethtool -m "$DEV" | grep -q 'QSFP28' || fail "no QSFP28"
	ethtool -m "$DEV" | grep -q 'Module temperature *: 40.50' || fail "no temperature"
	peer ethtool -m "$PEER_DEV" | grep -q 'QSFP-DD' || fail "no QSFP-DD"
	peer ethtool -m "$PEER_DEV" | grep -q 'Vendor SN *: VG' || fail "no serial number"
	expect_refused "gnic: the module has no page 0x09" \
		ethtool -m "$DEV" hex on page 9 offset 128 length 1
	expect_refused "gnic: the module has bank 0 of address 0x50 only" \
		ethtool -m "$DEV" hex on offset 0 length 1 i2c 0x51
}

power_is() {
	peer ethtool --show-module "$PEER_DEV" >/tmp/power
	grep -qE "^power-mode:?[[:space:]]+$1" /tmp/power || fail "not $1: $(cat /tmp/power)"
}

# A plug sleeps while its port is down, unless it must not.
module_power() {
	defer peer ethtool --set-module "$PEER_DEV" power-mode-policy auto
	power_is high
	defer peer ip link set "$PEER_DEV" up
	peer ip link set "$PEER_DEV" down
	power_is low
	peer ethtool --set-module "$PEER_DEV" power-mode-policy high
	power_is high
}

blinks() {
	model '{"cmd": "links"}' | jq ".links[] | select(.card == 0 and .port == 0) | .identify"
}

blinks_is() {
	[ "$(blinks)" = "$1" ]
}

light() {
	blinks_is false || fail "the light blinks by itself"
	background ethtool -p "$DEV" 2
	wait_for 5 blinks_is true
	wait_for 5 blinks_is false
}

topology_up
trap topology_down EXIT
guest_main forced_modes best_mode_of_both reasons one_end_negotiates renegotiation \
	training_is_no_flap fec pause_settings pause_keeps_frames modules module_power light
