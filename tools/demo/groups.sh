# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# QP groups: made, configured and activated with devlink.

# group_add CARD SFNUM PREFIX: makes a group; sets PREFIX_{PORT,DEV,REP}
group_add() {
	local card=$1 sfnum=$2 prefix=$3 port
	run devlink port add "$card" flavour pcisf pfnum 0 sfnum "$sfnum"
	port=$(jdevlink ".port | to_entries[] | select(.value.sfnum == $sfnum) | .key" port show |
		grep "^$card/")
	[ -n "$port" ] || stop "a port with sfnum $sfnum on $card" "none"
	printf -v "${prefix}_PORT" %s "$port"
	printf -v "${prefix}_REP" %s "$(jdevlink ".port[\"$port\"].netdev" port show "$port")"
	printf -v "${prefix}_DEV" %s \
		"$(jdevlink ".port[\"$port\"].function.nested_devlink | keys[0]" port show "$port")"
}

# param DEV NAME VALUE
param() {
	run devlink dev param set "$1" name "$2" value "$3" cmode runtime
}

# param_get DEV NAME
param_get() {
	jdevlink "[.param[][] | select(.name == \"$2\")][0].values[0].value" \
		dev param show "$1" name "$2"
}

# group_mac PORT
group_mac() {
	jdevlink ".port[\"$1\"].function.hw_addr" port show "$1"
}

# opstate PORT
opstate() {
	jdevlink ".port[\"$1\"].function.opstate" port show "$1"
}

# activate PORT
activate() {
	run devlink port function set "$1" state active
	expect "opstate of $1" attached "$(opstate "$1")"
}

demo_groups() {
	step "The cards become switches"
	run devlink dev eswitch set "$CARD_A" mode switchdev
	run devlink dev eswitch set "$CARD_B" mode switchdev
	run devlink dev eswitch show "$CARD_B"
	expect "switch port of b0" p0 "$(cat /sys/class/net/b0/phys_port_name)"

	step "A group of RDMA queues on each card, towards each other"
	group_add "$CARD_A" 1 WA
	group_add "$CARD_B" 1 WB
	# the QP numbers are reserved as soon as it is known how many
	param "$WA_DEV" qp_count 4
	param "$WB_DEV" qp_count 4
	group_pair "$WA_DEV" 10.0.0.1 10.0.0.2 "$(group_mac "$WB_PORT")" \
		"$(param_get "$WB_DEV" qpn_base)" 0x1111 0x2222
	group_pair "$WB_DEV" 10.0.0.2 10.0.0.1 "$(group_mac "$WA_PORT")" \
		"$(param_get "$WA_DEV" qpn_base)" 0x2222 0x1111
	run devlink dev param show "$WA_DEV"
	activate "$WB_PORT"
	activate "$WA_PORT"
	run devlink port show "$WA_PORT"
}

# group_pair DEV LOCAL-IP PEER-IP PEER-MAC PEER-QPN LOCAL-KEY REMOTE-KEY
group_pair() {
	param "$1" qp_type write
	param "$1" qp_path_mtu 1024
	param "$1" local_ip "$2"
	param "$1" peer_ip "$3"
	param "$1" peer_mac "$4"
	param "$1" peer_qpn_base "$5"
	param "$1" local_key "$((16#${6#0x}))"
	param "$1" remote_key "$((16#${7#0x}))"
}
