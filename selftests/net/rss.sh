#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Receive side scaling: what is hashed, how, and where it leads. Topology:
# lib/guest.sh.

. "$(dirname "$0")/../lib/guest.sh"
. "$(dirname "$0")/../lib/flows.sh"

indir() {
	ethtool -x "$DEV" | awk '/^ *[0-9]+:/ { for (i = 2; i <= NF; i++) printf "%s ", $i }'
}

hash_name() {
	ethtool -x "$DEV" | awk '/: on$/ { sub(":", "", $1); printf "%s ", $1 }'
}

channels() {
	ethtool -L "$DEV" combined "$1"
	defer ethtool -L "$DEV" combined 2
	defer ethtool -X "$DEV" default
}

functions_spread() {
	channels 4
	defer ethtool -X "$DEV" hfunc toeplitz
	for hfunc in toeplitz xor crc32; do
		ethtool -X "$DEV" hfunc "$hfunc"
		expect "$hfunc" "$(hash_name)" = "$hfunc "
		expect "$hfunc: queues" "$(busy 200 src=1)" = "0 1 2 3"
		ping_works
	done
}

fields_choose() {
	channels 4
	defer ethtool -N "$DEV" rx-flow-hash udp4 sdfn
	ethtool -N "$DEV" rx-flow-hash udp4 sd
	expect "addresses" "$(busy 100 src=1 dst=1 | wc -w)" -eq 1
	ethtool -N "$DEV" rx-flow-hash udp4 f
	expect "source port, others vary" "$(busy 100 dst=1 | wc -w)" -eq 1
	expect "source port" "$(busy 200 src=1)" = "0 1 2 3"
	ethtool -N "$DEV" rx-flow-hash udp4 n
	expect "destination port" "$(busy 200 dst=1)" = "0 1 2 3"
	expect_refused "Invalid argument" ethtool -N "$DEV" rx-flow-hash udp4 m
	expect_refused "Invalid argument" ethtool -N "$DEV" rx-flow-hash udp4 v
	expect_refused "Operation not supported" ethtool -N "$DEV" rx-flow-hash esp4 sdfn
	expect_refused "Operation not supported" ethtool -n "$DEV" rx-flow-hash ether
}

symmetric() {
	local there back

	channels 4
	defer ethtool -X "$DEV" xfrm none
	for xfrm in symmetric-xor symmetric-or-xor; do
		ethtool -X "$DEV" xfrm "$xfrm"
		expect "$xfrm spreads" "$(busy 200 src=1)" = "0 1 2 3"
		for port in 1111 2222 3333 4444 5555; do
			there=$(busy 20 port=$port)
			back=$(busy 20 port=$port swap=1)
			expect "$xfrm, port $port: the answer" "$back" = "$there"
		done
	done
	expect_refused "Invalid argument" ethtool -N "$DEV" rx-flow-hash udp4 s
	expect_refused "Invalid argument" ethtool -X "$DEV" hfunc xor
	expect_refused "Invalid argument" "$TREE/selftests/lib/rawtool.py" "$DEV" xfrm 3
	ethtool -X "$DEV" xfrm none
	ethtool -X "$DEV" hfunc xor
	defer ethtool -X "$DEV" hfunc toeplitz
	expect_refused "Invalid argument" ethtool -X "$DEV" xfrm symmetric-xor
}

# one_that_does_not_fold SMALL: its second half is not as its first, and the rings are there
one_that_does_not_fold() {
	ethtool -L "$DEV" combined 66
	ethtool -X "$DEV" weight 1 1 1
	expect_logged "an indirection table can't be made one of $1 entries" \
		ethtool -L "$DEV" combined 4
	expect "channels" "$(channels_now)" -eq 66
	ethtool -X "$DEV" default
	ethtool -L "$DEV" combined 4
}

table_follows_channels() {
	local small large

	channels 4
	small=$(indir | wc -w)
	expect "entries of 4 rings" "$small" -ge 16
	ethtool -L "$DEV" combined 66
	large=$(indir | wc -w)
	expect "entries of 66 rings" "$large" -ge 264
	expect "rings in the table" "$(indir | tr ' ' '\n' | sort -nu | grep -c .)" -eq 66
	ping_works
	ethtool -L "$DEV" combined 4
	expect "as it was" "$(indir | wc -w)" -eq "$small"
	if [ "$small" = "$large" ]; then
		note "this kernel does not fold tables"
	else
		one_that_does_not_fold "$small"
	fi
	ping_works
}

user_table_stays() {
	channels 4
	ethtool -X "$DEV" weight 1 0 0 1
	expect "queues" "$(busy 200 src=1)" = "0 3"
	ethtool -L "$DEV" combined 8
	expect "with more of them" "$(busy 200 src=1)" = "0 3"
	expect_refused "too low for existing indirection table" \
		ethtool -L "$DEV" combined 3
	ethtool -G "$DEV" rx 256
	defer ethtool -G "$DEV" rx 512
	expect "with other rings" "$(busy 200 src=1)" = "0 3"
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 5 carrier_up
	expect "down and up" "$(busy 200 src=1)" = "0 3"
	ethtool -X "$DEV" default
	expect "default again" "$(busy 400 src=1)" = "0 1 2 3 4 5 6 7"
}

key_counts() {
	local key first

	channels 8
	first=$(busy 10)
	for byte in 11 7a c3 5e 99 e4; do
		key=$(yes "$byte" | head -n 51 | tr '\n' ':')$(printf '%02x' $((0x$byte ^ 0xff)))
		ethtool -X "$DEV" hkey "$key"
		ethtool -x "$DEV" | grep -q "$key" || fail "the key was not kept"
		[ "$(busy 10)" != "$first" ] && return
	done
	fail "no key made a difference"
}

contexts() {
	local id

	channels 6
	ethtool -X "$DEV" equal 2
	id=$(ethtool -X "$DEV" context new start 2 equal 2 | awk '{ print $NF }')
	defer ethtool -X "$DEV" context "$id" delete
	rule=$(ethtool -N "$DEV" flow-type udp4 dst-port 9 context "$id" | awk '{ print $NF }')
	defer ethtool -N "$DEV" delete "$rule"
	expect "rings of the context" "$(busy 200 src=1)" = "2 3"
	expect_refused "Device or resource busy" ethtool -X "$DEV" context "$id" delete
	ethtool -X "$DEV" context "$id" start 4 equal 2
	expect "changed" "$(busy 200 src=1)" = "4 5"
	expect_refused "too low for existing" ethtool -L "$DEV" combined 5
	ethtool -G "$DEV" rx 256
	defer ethtool -G "$DEV" rx 512
	expect "with other rings" "$(busy 200 src=1)" = "4 5"
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 5 carrier_up
	expect "down and up" "$(busy 200 src=1)" = "4 5"
	ethtool -L "$DEV" combined 12
	expect "with more channels" "$(busy 200 src=1)" = "4 5"
	expect "the others" "$(busy 200 src=1 dport=5000)" = "0 1"
}

context_limits() {
	local ids=() id

	channels 4
	while id=$(ethtool -X "$DEV" context new 2>/dev/null); do
		ids+=("${id##* }")
		[ ${#ids[@]} -lt 100 ] || fail "no end of contexts"
	done
	expect "contexts" ${#ids[@]} -eq 63
	for id in "${ids[@]}"; do
		ethtool -X "$DEV" context "$id" delete
	done
	expect_refused "No such file or directory" ethtool -X "$DEV" context 5 delete
	ethtool -X "$DEV" context new >/dev/null
	ethtool -X "$DEV" context 1 delete
}

# by_netlink SENTENCE WHAT...: refused so, see rss.py
by_netlink() {
	local sentence=$1 status=0

	shift
	"$TREE/selftests/lib/rss.py" "$DEV" "$@" >/tmp/rss 2>&1 || status=$?
	[ $status -ne "$EXIT_SKIP" ] || skip "the kernel sets no RSS by netlink"
	expect "status of $*" $status -ne 0
	grep -qF "$sentence" /tmp/rss || fail "\"$*\" said: $(cat /tmp/rss); not: $sentence"
}

# Where the kernel has room for a sentence there is one.
says_why() {
	local before id rule

	channels 4
	before=$(ethtool -x "$DEV")
	refuse RSS_CONTEXT
	by_netlink "gnic: the device refused, all is as it was" hfunc=2
	[ "$before" = "$(ethtool -x "$DEV")" ] || fail "now: $(ethtool -x "$DEV")"
	by_netlink "gnic: the hash functions are toeplitz, xor and crc32" hfunc=8
	ethtool -X "$DEV" hfunc xor
	defer ethtool -X "$DEV" hfunc toeplitz
	by_netlink "gnic: the hash function xor is symmetric by itself" xfrm=1
	ethtool -X "$DEV" hfunc toeplitz
	by_netlink "gnic: hashed are IP, TCP, UDP and SCTP; AH and ESP as other IP is" esp4=0x10
	by_netlink "gnic: hashed are addresses, ports if there are any, IPv6 flow labels" ip4=0x70
	id=$(ethtool -X "$DEV" context new | awk '{ print $NF }')
	defer ethtool -X "$DEV" context "$id" delete
	rule=$(ethtool -N "$DEV" flow-type udp4 dst-port 9 context "$id" | awk '{ print $NF }')
	defer ethtool -N "$DEV" delete "$rule"
	# of this the kernel has no room for ours
	by_netlink "netlink: error 16" context="$id" delete
	ethtool -X "$DEV" context "$id" equal 2
	rule=$(ethtool -N "$DEV" flow-type udp4 dst-port 10 context "$id" action 2 |
		awk '{ print $NF }')
	defer ethtool -N "$DEV" delete "$rule"
	by_netlink "gnic: a rule adds 2, and there is no ring 5" context="$id" indir=3,3
	refuse RSS_CONTEXT
	by_netlink "gnic: the device refused, all is as it was" context="$id" hfunc=2
}

# refuse OPCODE: the device does, once
refuse() {
	local answer

	answer=$(model "$(printf '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "%s",
		"status": "INTERNAL", "count": 1}' "$1" | tr -d '\n\t')")
	[[ $answer == *'"ok":true'* ]] || fail "the model refused: $answer"
}

device_refuses() {
	local before

	channels 4
	defer model '{"cmd": "fault", "kind": "clear"}'
	before=$(indir)
	refuse RSS_CONTEXT
	expect_refused "Input/output error" ethtool -X "$DEV" weight 1 0 0 0
	expect "table" "$(indir)" = "$before"
	ethtool -X "$DEV" default
	refuse VPORT_QUEUES
	expect_logged "no new queues: the device refuses" ethtool -L "$DEV" combined 8
	expect "channels" "$(channels_now)" -eq 4
	expect "queues" "$(busy 200 src=1)" = "0 1 2 3"
	ping_works
}

topology_up
flows_start
trap 'server_stop; topology_down' EXIT
guest_main functions_spread fields_choose symmetric table_follows_channels user_table_stays \
	key_counts contexts context_limits device_refuses says_why
