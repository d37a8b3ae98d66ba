# SPDX-License-Identifier: GPL-2.0-only
# The options of run and shell: a table, and one loop that walks it.
# shellcheck shell=bash

# option | argument | variable | default | what it says
OPTION_TABLE='
--cards    | N    | OPT_CARDS    | 1    | virtual cards in the guest, 0 for none
--ports    | N    | OPT_PORTS    |      | NIC ports of each card (vgaudi knows the default)
--topology | T    | OPT_TOPOLOGY |      | how vgaudi wires the ports
--kernel   | K    | OPT_KERNEL   | 6.12 | 6.12 or backports
--smp      | N    | OPT_SMP      | 2    | virtual processors
--icount   | N    | OPT_ICOUNT   |      | time in the guest is instructions, of 2^N ns each
--slow     | N    | OPT_SLOW     |      | clocks of guest and cards run N times slower than those of the host
--mem      | MIB  | OPT_MEM      | 2048 | memory of the guest
--env      | K=V  | OPT_ENV+     |      | put K=V into the environment of CMD, may be repeated
--nic      | LIST | OPT_NIC      |      | a pair of joined NICs of each model, such as igb,virtio
--root-port |     | OPT_ROOT_PORT |     | each card behind a root port, which hears of its errors
--kdump    |      | OPT_KDUMP    |      | room for a kernel that follows this one; a crash by sysrq is no failure
--no-load  |      | OPT_NO_LOAD  |      | leave the driver for CMD to load
'

option_rows() {
	table_rows <<<"$OPTION_TABLE"
}

option_usage() {
	option_rows | awk -F '|' '{
		text = $5 ($4 == "" ? "" : " (default " $4 ")")
		printf "  %-16s %s\n", $1 " " $2, text
	}'
}

option_defaults() {
	local variable default

	while IFS='|' read -r _ _ variable default _; do
		unset "${variable%+}"
		[[ $variable == *+ ]] || printf -v "$variable" %s "$default"
	done < <(option_rows)
	OPT_ENV=()
}

# option_parse ARG...: fills the variables; the rest is in OPT_COMMAND.
option_parse() {
	local row argument variable

	option_defaults
	while [[ ${1:-} == -* && $1 != -- ]]; do
		row=$(option_rows | awk -F '|' -v name="$1" '$1 == name')
		[ -n "$row" ] || die "no option '$1': see lab help"
		IFS='|' read -r _ argument variable _ <<<"$row"
		if [ -z "$argument" ]; then
			printf -v "$variable" yes
		else
			[ $# -ge 2 ] || die "$1 needs an argument: $argument"
			option_set "$1" "$argument" "$variable" "$2"
			shift
		fi
		shift
	done
	[ "${1:-}" != -- ] || shift
	OPT_COMMAND=("$@")
}

option_set() {
	local name=$1 argument=$2 variable=$3 value=$4

	case $argument in
	N | MIB)
		[[ $value =~ ^[0-9]{1,6}$ ]] || die "$name needs a number, not '$value'"
		value=$((10#$value))
		;;
	K=V) [[ $value =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] ||
		die "$name needs NAME=VALUE, not '$value'" ;;
	esac
	if [[ $variable == *+ ]]; then
		local -n list=${variable%+}
		list+=("$value")
	else
		printf -v "$variable" %s "$value"
	fi
}
