# SPDX-License-Identifier: GPL-2.0-only
# For tests of devlink, the switch and QP groups: cards, function ports, rules.
# shellcheck shell=bash
#
#   default namespace                          namespace $PEER
#   +-------------------- CARD --+             +-- PEER_CARD -------------------+
#   |  $DEV  192.0.2.1/24        |    cable    |        192.0.2.2/24  $PEER_DEV |
#   |        2001:db8::1/64      +-------------+      2001:db8::2/64            |
#   |  port 0                    |             |                        port 0  |
#   +-- representors, sfnum N ---+             +-- representors, sfnum N -------+
#
# Representors stay in the default namespace.

# shellcheck source=selftests/lib/guest.sh
. "${BASH_SOURCE[0]%/*}/guest.sh"

GNICCTL=${GNICCTL:-$TREE/build/gnicctl/gnicctl}
SF_INDEX=32768

cards_find() {
	local device

	CARDS=()
	for device in /sys/bus/pci/drivers/gnic/????:*; do
		[ ! -e "$device" ] || CARDS+=("pci/${device##*/}")
	done
	CARD=${CARDS[0]:-} PEER_CARD=${CARDS[1]:-}
}

need_cards() {
	cards_find
	[ ${#CARDS[@]} -ge "$1" ] || skip_all "needs $1 cards"
}

# need_compute COUNT: the compute devices of so many cards, and the tool
need_compute() {
	local card

	[ -x "$GNICCTL" ] || skip_all "needs gnicctl"
	need_cards "$1"
	for card in "${CARDS[@]:0:$1}"; do
		[ -n "$(compute_of "$card")" ] || skip_all "needs the compute devices of $1 cards"
	done
}

# skip_all WHY: the whole file, before a plan is printed.
skip_all() {
	echo "KTAP version 1"
	echo "1..0 # SKIP $*"
	exit $EXIT_SKIP
}

# port_dev CARD INDEX: netdev of a devlink port
port_dev() {
	member netdev devlink port show "$1/$2"
}

rep_dev() {
	port_dev "$1" $((SF_INDEX + $2))
}

# Two cards, cabled, their ports 0 up and addressed, both switches in switchdev mode.
switch_up() {
	need_cards 2
	DEV=$(port_dev "$CARD" 0)
	PEER_DEV=$(port_dev "$PEER_CARD" 0)
	ip netns add "$PEER"
	ip link set "$PEER_DEV" netns "$PEER"
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	ip addr add 2001:db8::1/64 dev "$DEV" nodad
	peer ip addr add 192.0.2.2/24 dev "$PEER_DEV"
	peer ip link set "$PEER_DEV" up
	peer ip addr add 2001:db8::2/64 dev "$PEER_DEV" nodad
	sysctl -q -w "net.ipv6.conf.$DEV.keep_addr_on_down=1"
	peer sysctl -q -w "net.ipv6.conf.$PEER_DEV.keep_addr_on_down=1"
	wait_for 10 carrier_up
	mode_set "$CARD" switchdev
	mode_set "$PEER_CARD" switchdev
}

switch_down() {
	local card

	for card in "$CARD" "$PEER_CARD"; do
		groups_del "$card"
		mode_set "$card" legacy
	done
	ip netns del "$PEER" 2>/dev/null
	ip link set "$DEV" down
	ip addr flush dev "$DEV"
	wait_for 5 peer_is_back
}

# Its old name may be taken by now.
peer_is_back() {
	[ -n "$(port_dev "$PEER_CARD" 0)" ]
}

mode_set() {
	devlink dev eswitch set "$1" mode "$2"
}

mode_get() {
	member mode devlink dev eswitch show "$1"
}

# group_add CARD SFNUM: until the end of the test
group_add() {
	devlink port add "$1" flavour pcisf pfnum 0 sfnum "$2" >/dev/null
	defer group_del "$1" "$2"
}

group_del() {
	devlink port del "$1/$((SF_INDEX + $2))"
}

groups_del() {
	devlink -j port show | jq -r --arg card "$1/" '.port | to_entries[] |
		select(.value.flavour == "pcisf" and (.key | startswith($card))) | "port del \(.key)"' |
		devlink -f -b -
}

group_state() {
	devlink port function set "$1/$((SF_INDEX + $2))" state "$3"
}

# group_get CARD SFNUM MEMBER: hw_addr, state, opstate, nested_devlink
group_get() {
	member "$3" devlink port show "$1/$((SF_INDEX + $2))"
}

# The nested instance: auxiliary/gnic.sf.N
group_sf() {
	group_get "$1" "$2" nested_devlink
}

param_set() {
	devlink dev param set "$1" name "$2" value "$3" cmode "${4:-runtime}"
}

param_get() {
	member value devlink dev param show "$1" name "$2"
}

# group_set CARD SFNUM [NAME VALUE]...: in this order, up to the first that is refused
group_set() {
	local sf

	sf=$(group_sf "$1" "$2")
	shift 2
	[ $# -gt 0 ] || return 0
	printf "dev param set $sf name %s value \"%s\" cmode runtime\n" "$@" | devlink -b -
}

group_param() {
	param_get "$(group_sf "$1" "$2")" "$3"
}

# resource INSTANCE NAME size|occ
resource() {
	devlink -j resource show "$1" | jq -r ".resources[][] | select(.name == \"$2\").$3"
}

# pair_up SFNUM QPS: a write group at both ends, each other's peer, active.
# Frames for a group have its own address.
pair_up() {
	local sfnum=$1 qps=$2

	group_add "$CARD" "$sfnum"
	group_add "$PEER_CARD" "$sfnum"
	pair_set "$CARD" "$PEER_CARD" "$sfnum" "$qps" 192.0.2.1 192.0.2.2
	pair_set "$PEER_CARD" "$CARD" "$sfnum" "$qps" 192.0.2.2 192.0.2.1
	pair_connect "$CARD" "$PEER_CARD" "$sfnum"
	pair_connect "$PEER_CARD" "$CARD" "$sfnum"
	group_state "$CARD" "$sfnum" active
	group_state "$PEER_CARD" "$sfnum" active
}

pair_set() {
	group_set "$1" "$3" qp_count "$4" local_ip "$5" peer_ip "$6" \
		peer_mac "$(group_get "$2" "$3" hw_addr)" local_key 7 remote_key 7
}

# Numbers are known when both have their count.
pair_connect() {
	group_set "$1" "$3" peer_qpn_base "$(group_param "$2" "$3" qpn_base)"
}

# flower DEV ARG...: an ingress filter, until the end of the test
flower() {
	local dev=$1

	shift
	tc qdisc replace dev "$dev" clsact
	defer tc qdisc del dev "$dev" clsact
	tc filter add dev "$dev" ingress "$@"
}

# filter_stat DEV JQ: of the first filter
filter_json() {
	tc -j -s filter show dev "$1" ingress | jq -r "[.[] | select(.options)][0].options | $2"
}

hw_packets() {
	filter_json "$1" '.actions[0].stats.hw_packets // 0'
}

in_hw() {
	[ "$(filter_json "$1" .in_hw)" = true ] || fail "not in_hw"
}

# soon WHAT NUMBER COMMAND...: software counts what it has taken in, in its own time
soon() {
	local what=$1 number=$2 tries=100

	shift 2
	until [ "$("$@")" -ge "$number" ] || [ $((tries -= 1)) -eq 0 ]; do
		sleep 0.1
	done
	expect "$what" "$("$@")" = "$number"
}

# received COMMAND...: datagrams that reach the stack of $DEV during it
received() {
	local before

	before=$(udp_in)
	"$@"
	sleep 0.3
	echo $(($(udp_in) - before))
}

# what nobody listens to is counted, too
udp_in() {
	nstat -asz 2>/dev/null | awk '/^UdpInDatagrams|^UdpNoPorts|^Udp6InDatagrams|^Udp6NoPorts/ {
		n += $2 } END { print n }'
}

# card_stat CARD NAME: from the health reporter
card_stat() {
	devlink -j health diagnose "$1" reporter fw | jq -r ".$2"
}

# send_udp FROM_NS... : count datagrams of size to address and port
send_udp() {
	local address=$1 port=$2 count=$3 size=${4:-64}

	python3 - "$address" "$port" "$count" "$size" <<-'PY'
	import os, socket, sys
	# in order: XPS lets them overtake when the sender moves to another processor
	os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
	address, port, count, size = sys.argv[1], *map(int, sys.argv[2:5])
	family = socket.AF_INET6 if ":" in address else socket.AF_INET
	s = socket.socket(family, socket.SOCK_DGRAM)
	for i in range(count):
	    s.sendto(i.to_bytes(4, "big") * (size // 4), (address, port))
	PY
}

# no_filter SENTENCE ARG...: refused at $DEV with it; the arguments behind "protocol"
no_filter() {
	local sentence=$1

	shift
	expect_refused "$sentence" tc filter add dev "$DEV" ingress protocol "$@"
	expect "filters left over" "$(tc filter show dev "$DEV" ingress | wc -l)" = 0
}
