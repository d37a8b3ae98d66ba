#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Memory runs short. Each place where the driver asks for memory, or for what is made of
# memory, gets none (selftests/module/gnic_shortage.c): what was wanted fails, or goes without,
# the port works on, the device has all back, and with memory it can be done.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck disable=SC2119 # ping_works takes options, or none
# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

MODULE=$TREE/build/selftests/module/$(uname -r)/gnic_shortage.ko
PARAMETERS=/sys/module/gnic_shortage/parameters
VERDICT=$TREE/build/bpf/verdict.bpf.o
XSK=$TREE/build/selftests/xdp/bin/xsk
SOCKETS=$TREE/build/selftests/xdp/xsk.bpf.o

# of MODULE: whose places they are
of() {
	awk -v name="$1" '$1 == name { print $6, $2 }' /proc/modules | {
		read -r text size
		printf %s "$1" >"$PARAMETERS/of"
		echo "$text" >"$PARAMETERS/text"
		echo "$size" >"$PARAMETERS/size"
	}
}

# What the device has given away, but for addresses: which there are is up to the stack, and
# at a port that is down they stay.
held() {
	devlink resource show "$CARD"
	devlink resource show "$ETH" | grep -v "name macs"
}

held_is() {
	[ "$(held)" = "$1" ]
}

# once COMMAND...: with a shortage. SAID: did or refused, FAILED: for what there was no
# memory; empty: it came to no new place
once() {
	SAID=did FAILED=
	echo 1 >"$PARAMETERS/armed"
	"$@" >/dev/null 2>&1 || SAID=refused
	echo 0 >"$PARAMETERS/armed"
	read -r FAILED <"$PARAMETERS/failed" || :
	[ -z "$FAILED" ] || note "$SAID: $FAILED"
}

# each_place LEAST BACK COMMAND...: once at each place, and there are so many at least. BACK
# takes it back. The last time nothing fails: with memory it can be done, and the port works.
each_place() {
	local least=$1 back=$2 before

	shift 2
	PLACES=0
	# what is made once stays
	"$@" >/dev/null
	$back
	before=$(held)
	while once "$@" && [ -n "$FAILED" ]; do
		PLACES=$((PLACES + 1))
		$back
		# the kernel ends a pool a while after its socket
		wait_for 2 held_is "$before" || fail "the device has not all back: $before"
	done
	[ $SAID = did ] || fail "nor with memory: $*"
	${WORKS:-ping_works}
	$back
	expect "places" $PLACES -ge "$least"
}

down() {
	ip link set "$DEV" down
}

opened() {
	down
	defer wait_for 20 carrier_up
	defer ip link set "$DEV" up
	WORKS=true each_place 15 down ip link set "$DEV" up
}

# Other queues while the old ones run.
queues() {
	local tried

	for tried in "-L $DEV combined 4" "-G $DEV rx 256" "-G $DEV tcp-data-split on" \
		"-G $DEV tx-push on"; do
		echo 1 >"$PARAMETERS/forget"
		# shellcheck disable=SC2086 # words
		each_place 5 queues_back ethtool $tried
	done
}

queues_back() {
	ethtool -G "$DEV" tcp-data-split auto tx-push off
	[ "$(ethtool -g "$DEV" | awk '$1 == "RX:" { n = $2 } END { print n }')" = 512 ] ||
		ethtool -G "$DEV" rx 512
	[ "$(channels_now)" = 2 ] || ethtool -L "$DEV" combined 2
}

program_off() {
	ip link set dev "$DEV" xdpdrv off
}

programs() {
	echo 1 >"$PARAMETERS/forget"
	each_place 5 program_off ip link set dev "$DEV" xdpdrv object "$VERDICT" program xdp_pass
	# a pool needs no program to come and go
	each_place 1 true "$XSK" -w -B 1 "$DEV" "$SOCKETS" -
}

rule_off() {
	ethtool -N "$DEV" delete 3 2>/dev/null || :
}

filter_off() {
	tc filter del dev "$DEV" ingress
}

context_off() {
	ethtool -X "$DEV" context 1 delete 2>/dev/null || :
}

vlan_off() {
	ip link del "$DEV.5" 2>/dev/null || :
}

settings() {
	with_clsact
	each_place 1 rule_off ethtool -N "$DEV" flow-type udp4 dst-port 7 action 1 loc 3
	each_place 1 filter_off tc filter add dev "$DEV" ingress protocol ip flower skip_sw \
		ip_proto udp dst_port 8 action drop
	each_place 0 context_off ethtool -X "$DEV" context new
	each_place 0 vlan_off ip link add link "$DEV" name "$DEV.5" type vlan id 5
	each_place 0 true devlink health dump show "$CARD" reporter fw
}

region_off() {
	devlink region del "$CARD/nvm" snapshot 500 2>/dev/null || :
}

group_off() {
	group_del "$CARD" 5 2>/dev/null || :
}

group_inactive() {
	group_state "$CARD" 5 inactive
}

group_new() {
	devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 5
}

groups() {
	each_place 1 region_off devlink region new "$CARD/nvm" snapshot 500
	each_place 10 group_off group_new
	group_new >/dev/null
	defer group_off
	group_set "$CARD" 5 qp_count 4 peer_ip 192.0.2.2 peer_qpn_base 9 peer_mac 02:00:00:00:00:09
	each_place 3 group_inactive group_state "$CARD" 5 active
	group_set "$CARD" 5 qp_type raw
	each_place 0 group_inactive group_state "$CARD" 5 active
}

# A context with memory of all kinds.
accel() {
	python3 - "$(compute_of "$CARD")" <<-'PYTHON'
		import fcntl, os, struct, sys

		def bo(size, flags, fd):
		    return struct.unpack("QIIQQiI", fcntl.ioctl(accel, 0xc0286441, struct.pack(
		        "QIIQQiI", size, flags, 0, 0, 0, fd, 0)))

		heap = os.open("/dev/dma_heap/system", os.O_RDWR)
		pages = struct.unpack("QIIQ", fcntl.ioctl(heap, 0xc0184800, struct.pack(
		    "QIIQ", 4096, 0, os.O_RDWR, 0)))[1]
		accel = os.open(sys.argv[1], os.O_RDWR)
		handle = bo(65536, 0, 0)[2]
		bo(65536, 2, 0)
		bo(0, 4, pages)
		# DRM_IOCTL_PRIME_HANDLE_TO_FD
		fcntl.ioctl(accel, 0xc00c642d, struct.pack("IIi", handle, os.O_RDWR, 0))
	PYTHON
}

contexts() {
	[ -n "$(compute_of "$CARD")" ] || skip "no compute device"
	defer of gnic
	each_place 3 true accel
	# as far as its size the one may reach into the other, which lies behind it
	of gnic_accel
	each_place $((8 - PLACES)) true accel
}

# bo SIZE: one of device memory; what making it says
bo() {
	"$TREE/selftests/lib/bo.py" "$1" 0
}

all_functions() {
	printf '\0' >"$PARAMETERS/only"
}

# A window that nobody noted, for there was no memory for that, and that the device does not
# close again: it may lead there still, and nobody else gets what is behind it.
window_stays() {
	local whole

	[ -n "$(compute_of "$CARD")" ] || skip "no compute device"
	# but for what is there for send rings
	whole=$(((256 << 20) - 64 * $(resource "$CARD" device_wqes size)))
	expect "a piece as large as the memory" "$(bo $whole)" = OK
	expect "a larger one" "$(bo $((whole + 4096)))" = ENOMEM
	echo 1 >"$PARAMETERS/forget"
	printf xa_store >"$PARAMETERS/only"
	defer all_functions
	once bo 65536
	[[ $FAILED == "xa_store in gnic_accel_window"* ]] || fail "a window is not noted elsewhere: $FAILED"
	expect "a piece as large as the memory" "$(bo $whole)" = OK
	echo 1 >"$PARAMETERS/forget"
	defer born_again
	fault '"kind": "command", "card": 0, "opcode": "WINDOW_DEL", "status": "INTERNAL", "count": 1'
	once bo 65536
	expect "a piece as large as the memory" "$(bo $whole)" = ENOMEM
	expect "a smaller one" "$(bo 65536)" = OK
}

bound() {
	[ -e "/sys/bus/pci/drivers/gnic/${CARD#pci/}" ]
}

unbind() {
	! bound || echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/unbind
}

bind() {
	echo "${CARD#pci/}" >/sys/bus/pci/drivers/gnic/bind && {
		DEV=$(port_dev "$CARD" 0)
		[ -n "$DEV" ] && ip link set "$DEV" up
	}
}

# From nothing: what has not failed yet does so here.
born() {
	local places=0

	unbind
	defer born_again
	while once bind && [ -n "$FAILED" ]; do
		places=$((places + 1))
		unbind
	done
	note "$places places"
	expect "places" "$places" -ge 40
	born_again
	ping_works
}

born_again() {
	unbind
	bind
	ip addr replace 192.0.2.1/24 dev "$DEV"
	ip addr replace 2001:db8::1/64 dev "$DEV" nodad
	wait_for 20 carrier_up
	mode_set "$CARD" switchdev
}

cleanup() {
	rmmod gnic_shortage
	switch_down
}

[ -e "$MODULE" ] || skip_all "needs $MODULE"
switch_up
insmod "$MODULE"
trap cleanup EXIT
of gnic
ETH=$(eth_of "$CARD")
ethtool -L "$DEV" combined 2
guest_main opened queues programs settings groups contexts window_stays born
