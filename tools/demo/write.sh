# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# RDMA WRITE from card to card.

WRITE_MIB=64

demo_write() {
	local sent arrived counter

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
	run devlink health diagnose "$WA_DEV" reporter qp
	expect_at_least "bytes that the QPs of card 0 sent" $((WRITE_MIB << 20)) \
		"$(qp_count "$WA_DEV" tx_bytes)"
	for counter in packets bytes; do
		expect "$counter that card 0 sent and card 1 received" \
			"$(qp_count "$WA_DEV" tx_$counter)" "$(qp_count "$WB_DEV" rx_$counter)"
		expect "$counter of acknowledgements, back" \
			"$(qp_count "$WB_DEV" tx_$counter)" "$(qp_count "$WA_DEV" rx_$counter)"
	done
	expect "errors of either group" 0 \
		$(($(qp_count "$WA_DEV" errors) + $(qp_count "$WB_DEV" errors)))
	rm -f "$TMP/data" "$TMP/arrived"
}

# qp_count DEV NAME: of all QPs of a group, counted by the device
qp_count() {
	jdevlink "[.. | objects | .$2? // empty] | add" health diagnose "$1" reporter qp
}
