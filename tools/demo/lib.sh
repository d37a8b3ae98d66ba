# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the steps of the demo share.

# step TITLE
step() {
	STEP=$1
	printf '\n=== %s\n' "$STEP"
}

# Shows a command and runs it; a failure ends the demo.
run() {
	printf '$ %s\n' "$*"
	"$@" || stop "the command succeeds" "exit status $?"
}

# Only shows its last lines.
run_tail() {
	local lines=$1
	shift
	printf '$ %s\n' "$*"
	"$@" >"$TMP/out" 2>&1 || { cat "$TMP/out"; stop "the command succeeds" "it failed"; }
	tail -n "$lines" "$TMP/out"
}

stop() {
	printf '\ndemo: FAIL in "%s"\n  expected: %s\n  came:     %s\n' "$STEP" "$1" "$2"
	exit 1
}

# expect WHAT EXPECTED GOT
expect() {
	[ "$2" = "$3" ] || stop "$1: $2" "$3"
	printf 'ok: %s: %s\n' "$1" "$3"
}

# expect_at_least WHAT LEAST GOT
expect_at_least() {
	[ "$3" -ge "$2" ] || stop "$1: at least $2" "$3"
	printf 'ok: %s: %s\n' "$1" "$3"
}

# wait_until SECONDS WHAT COMMAND...: polls; the clock of the guest may be slow
wait_until() {
	local tries=$(($1 * 10)) what=$2
	shift 2
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || stop "$what" "it did not happen"
		sleep 0.1
	done
}

sum() {
	sha256sum "$1" | cut -d ' ' -f 1
}

# jdevlink FILTER ARG...: devlink in JSON through jq
jdevlink() {
	local filter=$1
	shift
	devlink -j "$@" | jq -r "$filter"
}

# netdev_of PCI PORT: name of the netdev of a physical port
netdev_of() {
	jdevlink ".port[\"$1/$2\"].netdev" port show "$1/$2"
}

carrier() {
	[ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]
}

tx_packets() {
	cat "/sys/class/net/$1/statistics/tx_packets"
}
