#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# QP numbers: known before the QPs exist, nobody else's, given back late.
# Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

base() {
	group_param "$CARD" "$1" qpn_base
}

known_at_once() {
	group_add "$CARD" 1
	expect "QP 0 is nobody's" "$(base 1)" -gt 0
}

ranges_are_apart() {
	group_add "$CARD" 1
	group_add "$CARD" 2
	group_set "$CARD" 1 qp_count 100
	group_set "$CARD" 2 qp_count 100
	[ "$(base 2)" -ge $(($(base 1) + 100)) ] || [ "$(base 1)" -ge $(($(base 2) + 100)) ] ||
		fail "ranges at $(base 1) and $(base 2) overlap"
}

fewer_keep_the_first() {
	local first

	group_add "$CARD" 1
	group_set "$CARD" 1 qp_count 64
	first=$(base 1)
	group_set "$CARD" 1 qp_count 8
	expect qpn_base "$(base 1)" = "$first"
}

state_keeps_them() {
	local first

	group_add "$CARD" 1
	group_set "$CARD" 1 qp_count 16 qp_type raw
	first=$(base 1)
	for _ in 1 2 3; do
		group_state "$CARD" 1 active
		group_state "$CARD" 1 inactive
	done
	expect qpn_base "$(base 1)" = "$first"
}

rest_before_reuse() {
	local first

	group_add "$CARD" 1
	group_set "$CARD" 1 qp_count 32
	first=$(base 1)
	group_set "$CARD" 1 qp_count 1
	group_set "$CARD" 1 qp_count 32
	expect "a new range" "$(base 1)" != "$first"
}

until_there_are_none() {
	local n said

	for n in $(seq 1 12); do
		group_add "$CARD" "$n"
		said=$(group_set "$CARD" "$n" qp_count 1024 2>&1) || break
	done
	expect "groups of 1024" "$n" -gt 4
	[[ $said == *"has no 1024 QP numbers in a row left"* ]] || fail "$said"
	group_set "$CARD" "$n" qp_count 8
}

# taken: numbers of port 0
taken() {
	resource "$(eth_of "$CARD")" qps occ
}

# for_groups FIRST LAST COMMANDS: of devlink for each of them, in one batch, as there are dozens;
# PORT, SF and NUMBER stand for its own
for_groups() {
	local i commands

	for ((i = $1; i <= $2; i++)); do
		commands=${3//NUMBER/$i}
		commands=${commands//PORT/$CARD/$((SF_INDEX + i))}
		printf '%b\n' "${commands//SF/${SFS[i]:-}}"
	done | devlink -b - >/dev/null
}

# groups_find: the nested instances of the card's groups, as $SFS by their numbers, and of how
# many the QPs are there, as $ATTACHED
groups_find() {
	local line n

	SFS=() ATTACHED=0
	while read -r line; do
		case $line in
		"$CARD"/*" sfnum "*) n=${line##* sfnum } n=${n%% *} ;;
		auxiliary/gnic.sf.*) SFS[n]=${line%:} ;;
		*" opstate attached"*) ATTACHED=$((ATTACHED + 1)) ;;
		esac
	done < <(devlink port show)
}

# fill SIZE COUNT: groups of COUNT QPs, as long as there are so many in a row. Numbers
# of their groups go on behind $last.
fill() {
	local first=$((last + 1)) end

	end=$((last + ($1 - $(taken)) / $2))
	for_groups $first $end "port add $CARD flavour pcisf pfnum 0 sfnum NUMBER"
	groups_find
	while [ "$last" -lt $end ] && param_set "${SFS[last + 1]}" qp_count "$2" 2>/dev/null; do
		last=$((last + 1))
	done
	for_groups $((last + 1)) $end "port del PORT"
	set -- qp_wq_depth 16 local_ip 192.0.2.1 peer_ip 192.0.2.2 peer_mac 02:00:00:00:00:99 \
		peer_qpn_base 1
	for_groups $first "$last" "$(printf 'dev param set SF name %s value %s cmode runtime\n' "$@")"
}

# Every number of the port is a QP's, and then nobody's again.
as_many_as_there_are() {
	local size before count last=0 SFS ATTACHED

	defer groups_del "$CARD"
	before=$(taken)
	size=$(resource "$(eth_of "$CARD")" qps size)
	for count in 1024 256 64 16 4 1; do
		fill "$size" $count
	done
	note "$last groups"
	expect "numbers in use" "$(taken)" -eq "$size"
	for_groups 1 $last "port function set PORT state active"
	groups_find
	expect "groups that are attached" "$ATTACHED" -eq $last
	for_groups 1 $last "port function set PORT state inactive"
	for_groups 1 $last "port del PORT"
	expect "numbers in use" "$(taken)" -eq "$before"
	group_add "$CARD" 1
	group_set "$CARD" 1 qp_type raw qp_count 256
	group_state "$CARD" 1 active
}

need_cards 1
mode_set "$CARD" switchdev
trap 'groups_del "$CARD"; mode_set "$CARD" legacy' EXIT
guest_main known_at_once ranges_are_apart fewer_keep_the_first state_keeps_them \
	rest_before_reuse until_there_are_none as_many_as_there_are
