# SPDX-License-Identifier: GPL-2.0-only
# XDP programs and AF_XDP sockets at $DEV of guest.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # for tests

XDP_PASS=2 XDP_TX=3

VERDICT=$TREE/build/bpf/verdict.bpf.o
SHAPE=$TREE/build/selftests/xdp/shape.bpf.o
METADATA=$TREE/build/selftests/xdp/metadata.bpf.o
REDIRECT=$TREE/build/selftests/xdp/redirect.bpf.o
HINTS=$TREE/build/selftests/xdp/hints.bpf.o
SOCKETS=$TREE/build/selftests/xdp/xsk.bpf.o
XSK=$TREE/build/selftests/xdp/bin/xsk
ATTACH=$TREE/build/selftests/xdp/bin/attach

# runs LOG COMMAND...: until the test ends, or ends; it has said that it is ready. RUNS is it.
runs() {
	local log=$1

	shift
	"$@" >"$log" 2>&1 &
	RUNS=$!
	defer kill "$RUNS"
	wait_for 5 grep -q ready "$log"
}

# ends LOG PID: it ends well, when it is told to
ends() {
	kill "$2"
	wait "$2" || fail "$(cat "$1")"
}

# attach OBJECT PROGRAM: until the test ends
attach() {
	ip link set dev "$DEV" xdpdrv object "$1" program "$2"
	defer ip link set dev "$DEV" xdpdrv off
}

# attach_filled DEV OBJECT PROGRAM [MAP:KEY=WORD[,WORD...]]...: until the test ends, or
# detach; see attach.c
attach_filled() {
	runs /tmp/attach "$ATTACH" "$@"
	ATTACHED=$RUNS
}

detach() {
	ends /tmp/attach "$ATTACHED"
}

# ifindex DEV
ifindex() {
	cat "/sys/class/net/$1/ifindex"
}

# le32 NUMBER: as bpftool wants it
le32() {
	echo $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# shape HEAD TAIL META VERDICT: what the program of shape.h does from now on
# shellcheck disable=SC2046 # bytes are words
shape() {
	bpftool map update name shape key 0 0 0 0 \
		value $(le32 "$1") $(le32 "$2") $(le32 "$3") $(le32 "$4")
}

# errors SIZE: such frames go nowhere, but are counted: what the program does to them
# can't be, or who takes them has no room
errors() {
	local before

	before=$(ethtool_stat "$DEV" rx_xdp_errors)
	exchange "$1" 0
	expect "errors" $(($(ethtool_stat "$DEV" rx_xdp_errors) - before)) -eq 5
}

# longer_frames: than the MTU of $DEV, until the test ends
longer_frames() {
	peer ip link set "$PEER_DEV" mtu 9000
	defer peer ip link set "$PEER_DEV" mtu 1500
	ethtool -K "$DEV" rx-all on
	defer ethtool -K "$DEV" rx-all off
}

# element MAP KEY: its number
element() {
	bpftool -j map dump name "$1" | jq ".[$2].formatted.value"
}

# metadata_watched: tc counts in the map seen what is in front of frames that came to
# $DEV: 0 the right metadata, 1 other, 2 none.
metadata_watched() {
	with_clsact
	tc filter add dev "$DEV" ingress bpf direct-action object-file "$METADATA" section tc
}

# passes_shapes SIZE...: of such frames go up the stack what the program leaves of them,
# with its metadata in front.
passes_shapes() {
	local size before after

	metadata_watched
	for size; do
		before=$(element seen 0)
		shape 16 0 1 $XDP_PASS
		carried "$PEER/$PEER_DEV" "$DEV" "$size" $((size - 16)) -16
		shape -16 0 1 $XDP_PASS
		carried "$PEER/$PEER_DEV" "$DEV" "$size" $((size + 16)) 16
		shape 16 -20 1 $XDP_PASS
		carried "$PEER/$PEER_DEV" "$DEV" "$size" $((size - 36)) -16
		after=$(element seen 0)
		expect "frames of $size with metadata" $((after - before)) -eq 15
		shape 0 0 0 $XDP_PASS
		carried "$PEER/$PEER_DEV" "$DEV" "$size" "$size"
	done
	expect "with other metadata" "$(element seen 1)" -eq 0
	expect "without metadata" "$(element seen 2)" -eq $((5 * $#))
}

# xsk OPTION...: until the test ends, or xsk_stop; PROGRAM is what it attaches.
xsk() {
	runs /tmp/xsk "$XSK" "$@" "$DEV" "$SOCKETS" "${PROGRAM:-xsk_frags}"
	XSK_PID=$RUNS
}

# Ends it and leaves its figures for figure().
xsk_stop() {
	ends /tmp/xsk "$XSK_PID"
}

figure() {
	awk -v name="$1" '$1 == name { print $2 }' /tmp/xsk
}

# xsk_fails ERROR OPTION...: it does not bind, with this error. Of what the driver
# refuses the kernel's log has the sentence.
xsk_fails() {
	local error=$1

	shift
	if "$XSK" -t 1 "$@" "$DEV" "$SOCKETS" "${PROGRAM:-xsk_frags}" >/tmp/xsk 2>&1; then
		fail "bound, must not: $*"
	fi
	grep -q "^bind: $error" /tmp/xsk || fail "$(cat /tmp/xsk)"
}

# The last line of the kernel's log about the driver has these words.
log_says() {
	dmesg | grep gnic | tail -n 1 | grep -q -e "$1" || fail "the log does not say: $1"
}
