# SPDX-License-Identifier: GPL-2.0-only
# For tests with gnic-collective: all cards of the guest, and the links that the model has.
# shellcheck shell=bash

# shellcheck source=selftests/lib/devlink.sh
. "${BASH_SOURCE[0]%/*}/devlink.sh"

COLLECTIVE=$TREE/build/collective/gnic-collective
BOX=$TREE/tools/collective/box
LOG=/tmp/collective.$$
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

# ranks N ARG...
ranks() {
	local count=$1

	shift
	timeout "${RANKS_TIMEOUT:-100}" mpirun --map-by :OVERSUBSCRIBE -np "$count" "$COLLECTIVE" "$@" >"$LOG" 2>&1
}

# good ARG...: all cards; verified
good() {
	ranks ${#CARDS[@]} --iterations 1 "$@" || fail "$*: $(grep -a gnic-coll "$LOG" | head -n 3)"
	grep -q "Verified *: ok" "$LOG"
}

# verified COUNT ARG...: so many results
verified() {
	local count=$1

	shift
	good "$@"
	expect "results of \"$*\"" "$(grep -c "Verified *: ok" "$LOG")" -eq "$count"
}

links() {
	"$GNICCTL" sim --json wires | jq -r '.wires[].wire'
}

box_up() {
	# shellcheck disable=SC2046 # words
	"$BOX" up $(links) >/dev/null
}

# Groups that failed, or were made inactive, are made anew.
box_again() {
	"$BOX" down >/dev/null && box_up
}

# sent CARD: bytes that each of its groups has sent
sent() {
	local sf

	for sf in $(devlink -j port show | jq -r --arg card "$1/" \
		'.port | to_entries[] | select(.value.flavour == "pcisf") |
		 select(.key | startswith($card)) | .value.function.nested_devlink | keys[0]'); do
		devlink -j health diagnose "$sf" reporter qp |
			jq '[.. | objects | .tx_bytes? // empty] | add'
	done
}

sent_by() {
	local card

	for card; do
		sent "$card"
	done
}

# links_share CARD...: each of their groups carries a part of what each peer gets
links_share() {
	local before after

	before=$(sent_by "$@")
	good allgather --size 4M
	after=$(sent_by "$@")
	paste <(echo "$before") <(echo "$after") | while read -r was is; do
		expect "bytes of a link" $((is - was)) -gt 65536
	done
}

# under_way STATUS SENTENCE COMMAND...: what is done to a long run; how it ends
under_way() {
	local run wanted=$1 sentence=$2 status=0

	shift 2
	ranks ${#CARDS[@]} allreduce --size 4M --iterations 100000 --timeout 10 &
	run=$!
	wait_for 30 moves
	"$@"
	wait $run || status=$?
	expect "status of a run that was disturbed" $status -eq "$wanted"
	grep -q "$sentence" "$LOG" || fail "it said: $(cat "$LOG")"
}

moves() {
	[ "$(sent "$CARD" | head -n 1)" -gt $((20 << 20)) ]
}

# How the ports are, in the words of ip(8).
ports_now() {
	local dev mtu flags state

	for dev in $(port_devs); do
		read -r mtu <"/sys/class/net/$dev/mtu"
		read -r flags <"/sys/class/net/$dev/flags"
		state=down
		[ $((flags & 1)) -eq 0 ] || state=up
		echo "link set $dev mtu $mtu $state"
	done
}

# Groups on all cards, until the end of the program; or skips all.
collective_up() {
	need_cards 2
	[ -x "$COLLECTIVE" ] || skip_all "no gnic-collective: make collective"
	[ -e "$CONTROL" ] || skip_all "no control port: nobody says where links lead"
	PORTS_BEFORE=$(ports_now)
	box_up
	trap collective_down EXIT
}

# Ports are what they were, too: others are surprised by large MTUs, or netdevs that have queues.
collective_down() {
	"$BOX" down >/dev/null
	ip -b - <<<"$PORTS_BEFORE"
	rm -f "$LOG"
}
