#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gnic-collective: every collective, type and operation, odd sizes, refusals, and what
# happens to a run when a rank, a group or a card fails. All cards of the guest take part;
# links are those that the model has.
# Kernels: one

# shellcheck source=selftests/lib/collective.sh
. "$(dirname "$0")/../lib/collective.sh"

# bad STATUS SENTENCE COUNT ARG...: it ends, and says why; no hang
bad() {
	local status=$1 sentence=$2

	shift 2
	ends "$status" "$sentence" ranks "$@"
}

# bad_alone SENTENCE ARG...: as its arguments are bad for any rank, one is asked, without mpirun,
# which takes more than twice as long
bad_alone() {
	ends 2 "$1" alone "${@:2}"
}

alone() {
	timeout 100 "$COLLECTIVE" "$@" >"$LOG" 2>&1
}

# ends STATUS SENTENCE COMMAND...
ends() {
	local status=$1 sentence=$2 got=0

	shift 2
	"$@" || got=$?
	expect "status of \"$*\"" $got -eq "$status"
	grep -qF -- "$sentence" "$LOG" || fail "\"$*\" said: $(head -n 5 "$LOG"); not: $sentence"
}

all_reduce_of_every_type_and_operation() {
	verified 44 allreduce --type all --op all --size 20004
}

reduce_scatter_of_every_type_and_operation() {
	verified 44 reduce-scatter --type all --op all --size 20004
}

every_collective_and_type() {
	verified 58 all --type all --size 100004
}

of_many_iterations() {
	verified 6 all --size 1M --iterations 20
}

odd_sizes() {
	local size

	# fewer numbers than ranks, none for some; less than a slice, and just more
	for size in 1 3 63 65 4093 65537; do
		verified 6 all --type uint8 --size $size --root 1
	done
}

every_link_has_its_share() {
	links_share "${CARDS[@]}"
}

wrong_arguments() {
	bad 2 "one collective is needed" 2
	bad_alone "nonsense is no collective" nonsense
	bad_alone "fp64 is no type" allreduce --type fp64
	bad_alone "prod is no operation" allreduce --op prod
	bad_alone "x is no number" allreduce --size x
	bad_alone "0 is too small" allreduce --size 0
	bad_alone "2G is too large" allreduce --size 2G
	bad_alone "--size is no whole number" allreduce --size 5
	bad_alone "bf16-fp32 is of reductions only" allgather --type bf16-fp32
	bad_alone "--mpi is of allreduce" allgather --mpi
	bad 2 "--root: there are ranks 0 to 1" 2 broadcast --root 2
	bad_alone "2 to 64 ranks, not 1" allreduce
}

more_ranks_than_cards() {
	bad 1 "this machine has ${#CARDS[@]} cards" $((${#CARDS[@]} + 1)) allreduce
}

no_group() {
	bad 1 "has no subfunction" 2 allreduce --sfnum 5000
}

held_by_somebody() {
	"$GNICCTL" accel run -d "$CARD" -e "hold g 104; event g rdma 60" >/dev/null 2>&1 &
	defer kill $!
	wait_for 5 is_held
	bad 1 "group 104: Device or resource busy" 2 allreduce
}

is_held() {
	"$GNICCTL" show --json "$CARD" | jq -e '.cards[0].groups[] | select(.name == 104).held' \
		>/dev/null
}

inactive_group() {
	group_state "$CARD" 104 inactive
	defer box_again
	bad 1 "group 104 is not active" 2 allreduce
}

card_is_reset() {
	defer box_again
	under_way 1 "gnic-collective: rank [0-9]*: " reset_card "$PEER_CARD"
}

rank_is_killed() {
	defer box_again
	under_way 137 "signal 9" kill_rank
}

# The newest one is a rank, and not mpirun.
kill_rank() {
	kill -KILL "$(pgrep -n -x gnic-collective)"
}

group_is_taken() {
	defer box_again
	under_way 1 "gnic-collective: rank [0-9]*: " group_state "$CARD" 104 inactive
}

# box WORD...: with it devlink knows another device, which has ports, too
box_beside_another() {
	local bin=/tmp/collective.bin.$$

	mkdir -p "$bin"
	defer rm -r "$bin"
	cat >"$bin/devlink" <<-EOF
		#!/bin/bash
		[ "\$*" = "-j port show" ] || exec $(type -P devlink) "\$@"
		$(type -P devlink) "\$@" | jq '.port += {
			"pci/0000:99:00.0/0": {flavour: "physical", port: 0, netdev: "another"},
			"pci/0000:99:00.0/1": {flavour: "pcisf", sfnum: 100, function: {}}}'
	EOF
	chmod +x "$bin/devlink"
	PATH=$bin:$PATH "$BOX" "$@"
}

# Another device's ports, and groups that are not its own, are none of its business.
box_among_others() {
	defer box_again
	group_add "$CARD" 7
	box_beside_another down
	expect "groups" "$(devlink -j port show | jq '
		[.port[] | select(.flavour == "pcisf") | .sfnum] | length')" -eq 1
	expect "mode of its card" "$(mode_get "$CARD")" = switchdev
	expect "mode of the other" "$(mode_get "$PEER_CARD")" = legacy
	# shellcheck disable=SC2046 # words
	box_beside_another up $(links)
	good allreduce --size 1M
}

box_words() {
	expect_refused "is not CARD.PORT-CARD.PORT" "$BOX" up 0.0-1.x
	expect_refused "card 0 has no netdev of a port 99 here" "$BOX" up 0.99-1.0
	expect_refused "card 9 has no netdev of a port 0 here" "$BOX" up 0.0-9.0
	expect_refused "exit status" "$BOX" up 0.0-1.0
}

works_again() {
	good allreduce --size 1M
}

# For whoever comes behind.
ports_are_as_before() {
	defer box_up
	expect "ports with another MTU" "$(ports_now | grep -c "mtu 9000")" -gt 0
	collective_down
	expect "ports" "$(ports_now)" = "$PORTS_BEFORE"
}

collective_up
guest_main all_reduce_of_every_type_and_operation reduce_scatter_of_every_type_and_operation \
	every_collective_and_type of_many_iterations odd_sizes every_link_has_its_share wrong_arguments more_ranks_than_cards no_group \
	held_by_somebody inactive_group card_is_reset rank_is_killed group_is_taken box_words \
	box_among_others works_again ports_are_as_before
