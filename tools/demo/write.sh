# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# RDMA WRITE from card to card.

WRITE_MIB=64

demo_write() {
	local sent arrived naks

	step "RDMA WRITE of $WRITE_MIB MiB of random data, from card memory to card memory"
	run dd if=/dev/urandom of="$TMP/data" bs=1M count=$WRITE_MIB status=none
	run "$GNICCTL" accel run -e "
		open a $CARD_A
		alloc src ${WRITE_MIB}M
		hold ga 1
		write src $TMP/data
		open b $CARD_B
		alloc dst ${WRITE_MIB}M remote
		hold gb 1
		rdma ga src dst ${WRITE_MIB}M imm 7
		wait
		event gb rdma 20
		sha256 src
		sha256 dst
		read dst $TMP/arrived"
	sent=$(sum "$TMP/data")
	arrived=$(sum "$TMP/arrived")
	expect "SHA-256 of what arrived in the memory of card 1" "$sent" "$arrived"

	step "The counters of both groups agree"
	run "$GNICCTL" show --stats "$CARD_A"
	naks=0
	expect "dropped at either group" "$naks" "$(( $(vport_drops "$WA_REP") + $(vport_drops "$WB_REP") ))"
	rm -f "$TMP/data" "$TMP/arrived"
}

vport_drops() {
	local file total=0
	for file in /sys/class/net/"$1"/statistics/*_dropped; do
		total=$((total + $(cat "$file")))
	done
	echo "$total"
}
