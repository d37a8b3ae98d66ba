#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# ethtool -N: rules of the netdev for what it receives. Topology: lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/flows.sh"

OWN=

# All that no rule takes goes to queue 0.
setup() {
	ethtool -L "$DEV" combined 8
	defer ethtool -L "$DEV" combined 2
	ethtool -X "$DEV" equal 1
	defer ethtool -X "$DEV" default
	defer ethtool -K "$DEV" ntuple on
	defer ethtool -K "$DEV" ntuple off
	OWN=$(cat "/sys/class/net/$DEV/address")
}

# rule SPEC...: its number
rule() {
	local answer

	answer=$(ethtool -N "$DEV" flow-type "$@") || return
	echo "${answer##* }"
}

unrule() {
	ethtool -N "$DEV" delete "$1"
}

# takes QUEUE HIT MISS SPEC...: HIT and MISS are arguments of frames
takes() {
	local queue=$1 hit=$2 miss=$3 number

	shift 3
	number=$(rule "$@" action "$queue") || fail "no rule: $*"
	# shellcheck disable=SC2086 # several words
	expect "$*: hit" "$(busy 10 $hit)" = "$queue"
	# shellcheck disable=SC2086
	expect "$*: miss" "$(busy 10 $miss)" = "0"
	unrule "$number"
	# shellcheck disable=SC2086
	expect "$*: gone" "$(busy 10 $hit)" = "0"
}

keys_v4() {
	setup
	takes 3 "dport=80 l4=tcp" "dport=80 l4=udp" tcp4 dst-port 80
	takes 4 "dport=80" "dport=81" udp4 src-ip 192.0.2.2 dst-ip 192.0.2.1 dst-port 80
	takes 5 "port=700 l4=sctp" "port=701 l4=sctp" sctp4 src-port 700
	takes 6 "tos=16" "tos=32" udp4 tos 16
	takes 7 "l4=47" "l4=46" ip4 l4proto 47
	takes 2 "l4=50 port=1 dport=2" "l4=50 port=1 dport=3" esp4 spi 0x00010002
	takes 1 "l4=99 port=1 dport=2" "l4=99 port=2 dport=2" ip4 l4data 0x00010002 m 0
	takes 3 "port=0x120" "port=0x220" udp4 src-port 0x100 m 0xff
}

keys_v6() {
	setup
	takes 3 "v6=1 dport=80 l4=tcp" "dport=80 l4=tcp" tcp6 dst-port 80
	takes 4 "v6=1" "v6=1 swap=1" udp6 src-ip 2001:db8::2 dst-ip 2001:db8::1
	takes 5 "v6=1 tos=16" "v6=1 tos=32" udp6 tclass 16
	takes 6 "v6=1 l4=47" "v6=1 l4=46" ip6 l4proto 47
	takes 7 "v6=1 l4=sctp" "v6=1 l4=udp" sctp6
}

keys_l2() {
	setup
	takes 3 "type=0x88b5" "type=0x88b6" ether proto 0x88b5
	takes 4 "smac=02:00:00:00:00:77" "smac=02:00:00:00:00:78" ether src 02:00:00:00:00:77
	ethtool -K "$DEV" rx-vlan-filter off
	defer ethtool -K "$DEV" rx-vlan-filter on
	takes 5 "tag=7" "tag=8" udp4 vlan 7 m 0xf000
	takes 6 "tag=0xe000" "" udp4 vlan 0xe000 m 0x0fff
	takes 2 "" "v6=1" udp4 dst-mac "$OWN"
}

drops() {
	local number before

	setup
	number=$(rule udp4 dst-port 99 action -1)
	before=$(stat "$DEV" rx_packets)
	frames 50 dport=99
	expect "received of dropped frames" "$(($(stat "$DEV" rx_packets) - before))" -lt 10
	frames 50 dport=98
	expect "received of others" "$(($(stat "$DEV" rx_packets) - before))" -ge 50
	unrule "$number"
}

# What the netdev would not receive no rule brings it.
filter_goes_first() {
	local before

	setup
	rule udp4 dst-port 99 action 3 >/dev/null
	before=$(stat "$DEV" rx_packets)
	DMAC=02:00:00:00:00:99 frames 50 dport=99
	expect "foreign frames" "$(($(stat "$DEV" rx_packets) - before))" -lt 10
	expect "own frames" "$(busy 10 dport=99)" = 3
}

locations() {
	setup
	rule udp4 action 1 loc 10 >/dev/null
	rule udp4 dst-port 99 action 2 loc 20 >/dev/null
	expect "the lower location wins" "$(busy 10 dport=99)" = 1
	rule udp4 dst-port 99 action 3 loc 5 >/dev/null
	expect "a still lower one" "$(busy 10 dport=99)" = 3
	rule udp4 dst-port 98 action 4 loc 5 >/dev/null
	expect "another in its place" "$(busy 10 dport=98)" = 4
	expect "the old one is gone" "$(busy 10 dport=99)" = 1
	rule udp4 dst-port 98 action 5 loc 5 >/dev/null
	expect "another action" "$(busy 10 dport=98)" = 5
	expect "rules" "$(ethtool -n "$DEV" | grep -c ^Filter)" -eq 3
	number=$(rule tcp4 dst-port 7 action 1)
	expect "same frames, same rule" "$(rule tcp4 dst-port 7 action 2)" -eq "$number"
	ethtool -n "$DEV" rule "$number" | grep -q 'Direct to queue 2' || fail "it is not shown"
	expect_logged "there are locations from 0 to 32767" \
		rule tcp4 dst-port 7 action 2 loc 65536
	ethtool -N "$DEV" delete "$number"
	ethtool -N "$DEV" delete "$number"
	expect_refused "Invalid argument" ethtool -N "$DEV" delete 65536
}

# as many different masks as the card has, and many rules of one
many_rules() {
	local masks=0

	setup
	for port in $(seq 100 400); do
		rule udp4 dst-port "$port" action $((port % 8)) >/dev/null
	done
	for port in 100 233 399; do
		expect "port $port" "$(busy 10 dport="$port")" = $((port % 8))
	done
	while [ $masks -lt 100 ] && rule udp4 dst-port 1 m "$masks" action 1 >/dev/null 2>&1; do
		masks=$((masks + 1))
	done
	expect "masks" $masks -ge 50
	expect "masks" $masks -le 64
	dmesg | tail -n 3 | grep -q "no room for this rule or for another mask" ||
		fail "the log does not say why"
	ethtool -K "$DEV" ntuple off
	expect "after ntuple off" "$(ethtool -n "$DEV" | grep -c ^Filter)" -eq 0
	expect "queue" "$(busy 10 dport=233)" = 0
	expect_logged "rule: feature ntuple is off" rule udp4 dst-port 1 action 1
}

# too_few_rings COUNT: says the kernel, or, if it does not see what a rule adds, the driver
too_few_rings() {
	local said

	dmesg -C
	said=$(ethtool -L "$DEV" combined "$1" 2>&1) && fail "there are $1 rings"
	[[ $said == *"too low for existing"* ]] ||
		dmesg | grep -qF "a rule for a context needs 7 rings" || fail "it said: $said"
}

# Newer kernels know by themselves, and do not say.
no_such_context() {
	if [[ $(uname -r) == 6.* ]]; then
		expect_logged "rule: there is no context 60" rule udp4 dst-port 97 context 60
	else
		expect_refused "Invalid argument" rule udp4 dst-port 97 context 60
	fi
}

contexts() {
	local id

	setup
	id=$(ethtool -X "$DEV" context new start 1 equal 2 | awk '{ print $NF }')
	defer ethtool -X "$DEV" context "$id" delete
	defer ethtool -K "$DEV" ntuple off
	rule udp4 dst-port 99 context "$id" >/dev/null
	expect "context" "$(busy 200 src=1 dport=99)" = "1 2"
	rule udp4 dst-port 98 context "$id" action 4 >/dev/null
	expect "context and offset" "$(busy 200 src=1 dport=98)" = "5 6"
	expect_logged "rule: with 6 added a ring of context $id lacks" \
		rule udp4 dst-port 97 context "$id" action 6
	no_such_context
	too_few_rings 6
	expect_refused "Invalid argument" ethtool -X "$DEV" context "$id" start 4 equal 1
	expect_refused "Device or resource busy" ethtool -X "$DEV" context "$id" delete
	rule udp4 dst-port 96 context 0 >/dev/null
	expect "default context" "$(busy 10 dport=96)" = 0
}

refused() {
	setup
	expect_logged "rule: rings are 0 to 7" rule udp4 dst-port 1 action 8
	expect_logged "rule: the action is a ring, a context, or to drop" \
		rule udp4 dst-port 1 vf 1 queue 0
	expect_logged "rule: flow types are tcp, udp, sctp, esp, ip4, ip6 and ether" \
		rule ah4 spi 1 action 1
	expect_logged "rule: a tag's type and user defined bytes can't be matched" \
		rule udp4 dst-port 1 vlan-etype 0x8100 action 1
	expect_logged "rule: a tag's type and user defined bytes can't be matched" \
		rule udp4 dst-port 1 user-def 1 action 1
	expect_logged "rule: ether has a destination of its own" \
		"$TREE/selftests/lib/rawtool.py" "$DEV" ether-mac
	expect_logged "rule: the IP version is that of the flow type" \
		"$TREE/selftests/lib/rawtool.py" "$DEV" ip-version
	rule udp4 dst-port 1 action 7 >/dev/null
	expect_refused "too low for existing ntuple filter settings" \
		ethtool -L "$DEV" combined 7
	expect "rules" "$(ethtool -n "$DEV" | grep -c ^Filter)" -eq 1
}

survives() {
	setup
	rule udp4 dst-port 99 action 5 >/dev/null
	ethtool -G "$DEV" rx 256
	defer ethtool -G "$DEV" rx 512
	expect "other rings" "$(busy 10 dport=99)" = 5
	ethtool -L "$DEV" combined 12
	expect "more channels" "$(busy 10 dport=99)" = 5
	ethtool -L "$DEV" combined 6
	expect "fewer" "$(busy 10 dport=99)" = 5
	ip link set "$DEV" down
	rule udp4 dst-port 98 action 4 >/dev/null
	ip link set "$DEV" up
	wait_for 5 carrier_up
	expect "down and up" "$(busy 10 dport=99)" = 5
	expect "added while down" "$(busy 10 dport=98)" = 4
}

topology_up
flows_start
trap 'server_stop; topology_down' EXIT
guest_main keys_v4 keys_v6 keys_l2 drops filter_goes_first locations many_rules contexts refused \
	survives
