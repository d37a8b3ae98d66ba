# SPDX-License-Identifier: GPL-2.0-only
# XDP programs and AF_XDP sockets at $DEV of guest.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # for tests

VERDICT=$TREE/build/bpf/verdict.bpf.o
SHAPE=$TREE/build/selftests/xdp/shape.bpf.o
HINTS=$TREE/build/selftests/xdp/hints.bpf.o
SOCKETS=$TREE/build/selftests/xdp/xsk.bpf.o
XSK=$TREE/build/selftests/xdp/bin/xsk

# attach OBJECT PROGRAM: until the test ends
attach() {
	ip link set dev "$DEV" xdpdrv object "$1" program "$2"
	defer ip link set dev "$DEV" xdpdrv off
}

# xsk OPTION...: until the test ends, or xsk_stop; PROGRAM is what it attaches.
xsk() {
	"$XSK" "$@" "$DEV" "$SOCKETS" "${PROGRAM:-xsk_frags}" >/tmp/xsk 2>&1 &
	XSK_PID=$!
	defer kill "$XSK_PID"
	wait_for 5 grep -q ready /tmp/xsk
}

# Ends it and leaves its figures for figure().
xsk_stop() {
	kill "$XSK_PID"
	wait "$XSK_PID" || fail "$(cat /tmp/xsk)"
}

figure() {
	awk -v name="$1" '$1 == name { print $2 }' /tmp/xsk
}

# xsk_fails OPTION...: it does not bind.
xsk_fails() {
	if "$XSK" -t 1 "$@" "$DEV" "$SOCKETS" "${PROGRAM:-xsk_frags}" >/tmp/xsk 2>&1; then
		fail "bound, must not: $*"
	fi
	grep -q "^bind" /tmp/xsk || fail "$(cat /tmp/xsk)"
}

# The last line of the kernel's log about the driver has these words.
log_says() {
	dmesg | grep gnic | tail -n 1 | grep -q -e "$1" || fail "the log does not say: $1"
}
