#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# gnicctl: what it shows, scripts, exit statuses, the control port.
# Topology: lib/devlink.sh. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

DIR=/tmp/gnicctl.$$

# status EXPECTED SENTENCE ARG...: exit status, and what it says why
status() {
	local expected=$1 sentence=$2 said got=0

	shift 2
	said=$("$GNICCTL" "$@" 2>&1) || got=$?
	expect "status of \"$*\"" $got -eq "$expected"
	[[ $said == *"$sentence"* ]] || fail "\"$*\" said: $said; not: $sentence"
}

run() {
	"$GNICCTL" accel run --json -d "$CARD" -e "$1" | jq -r "${2:-.}"
}

show() {
	"$GNICCTL" show --json "$@" "$CARD" | jq -r '.cards[0]'
}

wrong_arguments() {
	status 2 "a command is missing"
	status 2 'no command "bogus"' bogus
	status 2 "one card" show a b
	status 2 "see" show --bogus
	status 2 "a command is missing" accel
	status 2 "one script" accel run
	status 2 "one script" accel run -e "" more
	status 2 "--group is needed" accel rdma --file /dev/null --to 1
	status 2 "not a number" accel rdma --group x
	status 2 "too large" accel rdma --group 4294967296
	status 2 "--file and --to" accel rdma --group 1
	status 2 "--count and --out" accel recv --group 1
	status 2 "are needed, and not 0" accel target --group 1 --out x --size 0
	status 2 "one argument too many" accel recv --group 1 more
	status 2 "a command is missing" sim
	status 2 "not NAME=VALUE" sim stats card
	status 2 "is not JSON" sim '{"cmd"'
	status 2 "is not JSON" sim '{"cmd": "stats"} more'
}

failures() {
	status 1 "not a card" show pci/0000:ff:1f.7
	status 1 "no compute device" accel info pci/0000:ff:1f.7
	status 1 "No such file" accel run -d /dev/nothing -e "alloc a 4K"
	status 1 "group 999" accel recv -d "$CARD" --group 999 --count 1 --out /dev/null
	status 1 "No such file" accel run /nonexistent
	status 1 "/nonexistent" sim --control /nonexistent stats
	status 1 "refuses: unknown command" sim bogus
	status 1 'refuses: "card" is a number' sim stats card=0x0
	expect_refused "not all was written" sh -c "$GNICCTL help >/dev/full"
}

helps() {
	local words

	for words in show "accel info" "accel run" "accel rdma" "accel target" "accel recv" sim; do
		# shellcheck disable=SC2086 # two words
		status 0 "usage: gnicctl $words" $words --help
	done
	status 0 "usage: gnicctl" help
	status 0 "usage: gnicctl accel" accel help
}

script_lines() {
	status 2 "text:1: usage: alloc" accel run -e alloc
	status 2 'text:2: there is no command "bogus"' accel run -e $'alloc a 4K\nbogus'
	status 2 'no buffer "b"' accel run -e "alloc a 4K; equal a b"
	status 2 'a buffer "a" already' accel run -e "alloc a 4K; alloc a 4K"
	status 2 "more than the buffer has" accel run -e "alloc a 4K; sha256 a 5K"
	status 2 "is no name" accel run -e "alloc 1a 4K"
	status 2 "0 bytes" accel run -e "alloc a 0"
	status 2 "different contexts" accel run -e "open c; alloc a 4K; open d; alloc b 4K; copy a b"
	status 1 "differ at byte 0" accel run -e "alloc a 4K; alloc b 4K; fill a 1; wait; equal a b"
	status 1 "Cannot allocate" accel run -e "alloc a 1000G"
	status 0 "" accel run -e "# nothing"
}

script_memory() {
	head -c 100000 /dev/urandom >"$DIR/in"
	run "alloc a 1M; alloc b 1M; write a+5 $DIR/in; copy a b; wait; equal a b
		read b+5 $DIR/out 100000; fill a+4096 0x01020304 64; wait; read a+4096 $DIR/fill 64" \
		>/dev/null
	cmp "$DIR/in" "$DIR/out"
	expect "filled bytes" "$(od -An -v -tx4 "$DIR/fill" | tr -s ' \n' '\n' | sort -u | xargs)" \
		= 01020304
	expect digest "$(run "alloc a 100000; write a $DIR/in; sha256 a 100000" \
		'.results[0].sha256')" = "$(sha256sum <"$DIR/in" | cut -d ' ' -f 1)"
}

script_share() {
	head -c 100000 /dev/urandom >"$DIR/in"
	run "open a $CARD; alloc src 100000 host; write src $DIR/in
		open b $PEER_CARD; share src theirs; alloc dst 100000; copy theirs dst; wait
		fill theirs 0x01020304 64; wait
		read dst $DIR/out 100000; read src $DIR/fill 64" >/dev/null
	cmp "$DIR/in" "$DIR/out"
	expect "filled bytes" "$(od -An -v -tx4 "$DIR/fill" | tr -s ' \n' '\n' | sort -u | xargs)" \
		= 01020304
	status 1 "not supported" accel run -e \
		"open a $CARD; alloc src 4K; open b $PEER_CARD; share src theirs"
	status 2 "may not stand here" accel run -e "alloc a 4K; share a b host"
	status 2 "may not stand here" accel run -e "alloc a 4K bogus"
}

script_stdin() {
	echo "alloc a 4K; print a" | "$GNICCTL" accel run -d "$CARD" - | grep -q "size 4096"
}

info_both_forms() {
	expect card "$("$GNICCTL" accel info --json "$CARD" | jq -r '.devices[0].card')" = "$CARD"
	"$GNICCTL" accel info "${CARD#pci/}" | grep -q "card $CARD"
	expect "devices" "$("$GNICCTL" accel info --json | jq '.devices | length')" -eq ${#CARDS[@]}
	expect "sync objects" "$("$GNICCTL" accel info --json "$CARD" | jq '.devices[0].sobs')" -gt 0
}

shows_ports() {
	expect driver "$(show | jq -r .name)" = "$CARD"
	expect eswitch "$(show | jq -r .eswitch)" = "$(mode_get "$CARD")"
	expect netdev "$(show | jq -r '.ports[0].netdev')" = "$DEV"
	expect link "$(show | jq -r '.ports[0].link')" = up
	expect mac "$(show | jq -r '.ports[0].mac')" = "$(cat "/sys/class/net/$DEV/address")"
	expect commands "$(show --stats | jq '.fw.cmds')" -gt 0
	ping_works -n
	expect packets "$(show --stats | jq '.ports[0].stats.tx_packets')" -gt 2
	"$GNICCTL" show | grep -q "^card $PEER_CARD"
}

shows_groups() {
	pair_up 5 2
	expect state "$(show | jq -r '.groups[0].state')" = active
	expect number "$(show | jq '.groups[0].name')" -eq 5
	expect count "$(show | jq '.groups[0].params.qp_count')" -eq 2
	expect held "$(show | jq '.groups[0].held')" = false
	expect QPs "$(show --stats | jq '.groups[0].qp.qps | length')" -eq 2
	expect "state of a QP" "$(show --stats | jq -r '.groups[0].qp.qps[1].state')" = rts
	"$GNICCTL" accel run -d "$CARD" -e "hold g 5; event g rdma 20" >/dev/null 2>&1 &
	defer kill $!
	wait_for 5 holds
	status 2 "timeout: 86400 at most" accel run -d "$PEER_CARD" -e "hold g 5; event g rdma 86401"
	status 2 "timeout: 86400 at most" accel run -d "$PEER_CARD" -e \
		"hold g 5; alloc a 4K; recv g a 64 1; collect g $DIR/out 1 4294967295"
}

# More than the kernel lists at once.
shows_while_devices_change() {
	modprobe dummy numdummies=60
	defer modprobe -r dummy
	background sh -c 'while :; do ip link add gnic-brief type dummy; ip link del gnic-brief; done'
	for _ in {1..20}; do
		"$GNICCTL" show --json >/dev/null
	done
}

holds() {
	[ "$(show | jq '.groups[0].held')" = true ]
}

rdma_script() {
	pair_up 5 2
	head -c 3M /dev/urandom >"$DIR/in"
	"$GNICCTL" accel run -e "
		open a $CARD; alloc src 3M; hold ga 5; write src $DIR/in
		open b $PEER_CARD; alloc dst 4M remote; hold gb 5
		rdma ga.1 src dst+1M 3M imm 0x77
		event gb rdma 10
		read dst+1M $DIR/out 3M" >"$DIR/log"
	grep -q "tag 0x77" "$DIR/log"
	cmp "$DIR/in" "$DIR/out"
}

# Columns 100 to 199 of a matrix with lines of 1000 bytes, to lines of 300, and packed.
rdma_rows() {
	pair_up 5 2
	head -c 200000 /dev/urandom >"$DIR/in"
	"$GNICCTL" accel run -e "
		open a $CARD; alloc src 200000; hold ga 5; write src $DIR/in
		open b $PEER_CARD; alloc dst 200000 remote; hold gb 5
		rdma ga src+100 dst+7 20000 rows 100 1000 to 300
		rdma ga.1 src+100 dst+100000 20000 rows 100 1000 imm 1; event gb rdma 10; wait
		read dst $DIR/out 200000" >/dev/null
	python3 - "$DIR/in" "$DIR/out" <<-'PY'
	import sys
	src, dst = (open(name, "rb").read() for name in sys.argv[1:])
	want = bytearray(200000)
	for i in range(200):
	    row = src[100 + 1000 * i:200 + 1000 * i]
	    want[7 + 300 * i:107 + 300 * i] = row
	    want[100000 + 100 * i:100100 + 100 * i] = row
	assert want == dst
	PY
	status 2 "rows of 0 bytes" accel run -e \
		"alloc a 4K; hold g 5; rdma g a 0 100 rows 0 10"
	status 2 "is not 1 .. 65535 rows" accel run -e \
		"alloc a 4K; hold g 5; rdma g a 0 100 rows 30 40"
	status 2 "rows do not walk" accel run -e \
		"alloc a 4K; hold g 5; rdma g a 0 100 walk rows 10 20"
	status 2 "may stand here" accel run -e "alloc a 4K; hold g 5; rdma g a 0 100 to 10"
	status 2 "may stand here" accel run -e "alloc a 4K; hold g 5; send g a 100 rows 10 20"
}

# Groups 5 of both cards, at this end and at the other.
rendezvous_types() {
	group_state "$CARD" 5 inactive
	group_state "$PEER_CARD" 5 inactive
	group_set "$CARD" 5 qp_type "$1"
	group_set "$PEER_CARD" 5 qp_type "$2"
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
}

rendezvous() {
	pair_up 5 2
	rendezvous_types send_rdv recv_rdv
	head -c 300000 /dev/urandom >"$DIR/in"
	run "open a $CARD; alloc src 300000; hold ga 5; write src $DIR/in
		open b $PEER_CARD; alloc dst 300000 remote; hold gb 5; group gb
		rdvrecv gb.1 dst 100000 count 3 walk; rdvsend ga.1 src 100000 count 3 walk imm 9
		event gb rdma; event gb rdma; event gb rdma
		read dst $DIR/out 300000" >"$DIR/log"
	cmp "$DIR/in" "$DIR/out"
	expect tags "$(jq -c '[.results[] | select(.event) | .tag] | unique' "$DIR/log")" = '["0x9"]'
	expect type "$(jq -r '.results[] | .type // empty' "$DIR/log")" = recv_rdv
	expect depth "$(jq '.results[] | .rdv_depth // empty' "$DIR/log")" -eq 1024
	rendezvous_types read_rdv_endp read_rdv
	run "open a $CARD; alloc src 300000 readable; hold ga 5; write src $DIR/in
		open b $PEER_CARD; alloc dst 300000 remote; hold gb 5
		rdvread gb src+100000 dst 100000 tag 3 count 2 walk; event gb rdma; event gb rdma
		read dst $DIR/out 200000" >"$DIR/log"
	cmp <(tail -c 200000 "$DIR/in") "$DIR/out"
	expect tags "$(jq -c '[.results[] | select(.event) | .tag]' "$DIR/log")" = '["0x3","0x3"]'
	status 1 "Operation not supported" accel run -d "$CARD" -e \
		"alloc a 4K remote; hold g 5; rdvrecv g a 64"
	status 2 "alloc: \"near\" may not stand here" accel run -e "alloc a 4K near"
	status 2 "\"imm\": count N, walk, sync may stand here" accel run -d "$CARD" -e \
		"alloc a 4K remote; hold g 5; rdvrecv g a 64 imm 1"
	status 2 "\"signal\": tag X, count N" accel run -d "$CARD" -e \
		"alloc a 4K remote; hold g 5; rdvread g 0 a 64 signal 1 1"
	status 2 "different contexts" accel run -d "$CARD" -e \
		"open a; alloc m 4K; open b; hold g 5; rdvsend g m 64"
}

# A copy at the far end waits for the second of two WRITEs.
sync_objects() {
	pair_up 5 1
	head -c 1M /dev/urandom >"$DIR/in"
	run "open a $CARD; alloc src 1M; hold ga 5; write src $DIR/in
		open b $PEER_CARD; alloc dst 1M remote; alloc copy 1M; hold gb 5
		sobs 0 8; sobs 8 8 remote; sob set 3 40; sob add 3 2; wait; sobprint 3
		sob wait 9 3; copy dst copy
		rdma ga src dst 1M signal 9 1 sync; sobprint 9
		rdma ga src dst 1M signal 9 2 sync
		wait; sobprint 9; read copy $DIR/out 1M" >"$DIR/log"
	cmp "$DIR/in" "$DIR/out"
	expect values "$(jq -c '[.results[] | select(.sob) | .value]' "$DIR/log")" = "[42,1,3]"
	status 2 "set, add or wait" accel run -e "sob get 1 1"
	status 2 'only "remote"' accel run -e "sobs 0 1 near"
	status 2 "signal SOB N" accel run -d "$CARD" -e "alloc a 4K; hold g 5; rdma g a 0 64 signal 1"
	status 1 "sync objects 64, 1 of them: Numerical result out of range" accel run -e "sobs 64 1"
	status 1 "sync object, or an own one" accel run -e "sob add 1 1; wait"
}

# In order, although every buffer is used many times.
recv_udp() {
	local rep

	group_add "$CARD" 6
	group_set "$CARD" 6 qp_type raw
	group_state "$CARD" 6 active
	rep=$(rep_dev "$CARD" 6)
	# nothing but these datagrams: no neighbour discovery
	sysctl -qw "net.ipv6.conf.$rep.disable_ipv6=1"
	ip link set "$rep" up
	ip addr add 198.51.100.1/24 dev "$rep"
	ip neigh add 198.51.100.2 lladdr "$(group_get "$CARD" 6 hw_addr)" dev "$rep"
	"$GNICCTL" accel recv -d "$CARD" --group 6 --count 500 --udp-payload --buffers 100 \
		--timeout 20 --out "$DIR/out" >"$DIR/log" 2>&1 &
	defer kill $!
	wait_for 5 grep -q ready "$DIR/log"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		send_udp 198.51.100.2 5000 50 400
		sleep 0.2
	done
	wait $! || fail "$(cat "$DIR/log")"
	expect bytes "$(wc -c <"$DIR/out")" -eq 200000
	python3 - "$DIR/out" <<-'PY'
	import sys
	data = open(sys.argv[1], "rb").read()
	for i in range(500):
	    assert data[i * 400:i * 400 + 400] == (i % 50).to_bytes(4, "big") * 100, i
	PY
	status 1 "frames 0" accel recv -d "$CARD" --group 6 --count 1 --timeout 1 --out /dev/null
}

sim_words() {
	[ -e "$CONTROL" ] || skip "no control port"
	expect ok "$("$GNICCTL" sim --json stats card=0 | jq .ok)" = true
	"$GNICCTL" sim '{"cmd": "stats", "card": 0}' | grep -q "^cmds [1-9]"
	"$GNICCTL" sim link card=0 port=0 state=down >/dev/null
	defer "$GNICCTL" sim link card=0 port=0 state=up
	wait_for 5 link_is_down
	"$GNICCTL" sim link card=0 port=0 state=up >/dev/null
	wait_for 5 carrier_up
}

link_is_down() {
	[ "$(cat "/sys/class/net/$DEV/carrier")" = 0 ]
}

# The last one: the netdev of a port that is whole again is another one.
shows_halves() {
	local i whole

	whole=$(show | jq '.ports | length')
	devlink port split "$CARD/0" count 2 || skip "ports can't be split"
	defer devlink port unsplit "$CARD/0"
	expect ports "$(show | jq -c '[.ports[] | [.name, .index]]')" = \
		"$(jq -nc --argjson n "$whole" '[range($n) | [., .]] + [[0, 24]]')"
	for ((i = 0; i <= whole; i++)); do
		expect "port of instance $i" "$(devlink -j health diagnose \
			"$(show | jq -r ".ports[$i].instance")" reporter phy | jq .port)" -eq \
			"$(show | jq ".ports[$i].index")"
	done
	expect "its netdev" "$(show | jq -r '.ports[-1].netdev')" = "$(port_dev "$CARD" 24)"
}

switch_up
mkdir -p "$DIR"
trap 'switch_down; rm -rf "$DIR"' EXIT
guest_main wrong_arguments failures helps script_lines script_memory script_share script_stdin \
	info_both_forms shows_ports shows_groups shows_while_devices_change rdma_script rdma_rows \
	rendezvous sync_objects recv_udp sim_words shows_halves
