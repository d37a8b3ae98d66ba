# SPDX-License-Identifier: GPL-2.0-only
# What tests of RDMA share, beside lib/devlink.sh: files, and memory for a far end.
# shellcheck shell=bash

DIR=/tmp/rdma.$$

# target CARD SFNUM COUNT: memory that the far end may write, at $ADDRESS, until COUNT
# messages with immediate data are there; what came is in $DIR/out
target() {
	rm -f "$DIR/log" "$DIR/out"
	"$GNICCTL" accel target -d "$1" --group "$2" --size 4M --count "${3:-1}" \
		--out "$DIR/out" --timeout 20 >"$DIR/log" 2>&1 &
	TARGET=$!
	wait_for 5 grep -q 0x "$DIR/log"
	ADDRESS=$(grep -o '0x[0-9a-f]*' "$DIR/log" | head -n 1)
}

# qp_failed MARK: the kernel has said so since kernel_log_mark
qp_failed() {
	dmesg | tail -n "+$1" | grep -q "QP .* failed"
}

# ---- groups 5 of both cards, made by pair_up ----

# write SIZE [OPTION...]
write() {
	local size=$1

	shift
	head -c "$size" /dev/urandom >"$DIR/in"
	"$GNICCTL" accel rdma -d "$CARD" --group 5 --file "$DIR/in" --to "$ADDRESS" "$@"
}

# arrives SIZE [OPTION...]: from one card to the other, byte for byte
arrives() {
	target "$PEER_CARD" 5
	write "$@" >/dev/null
	wait "$TARGET" || fail "$(cat "$DIR/log")"
	cmp "$DIR/in" "$DIR/out"
}

# unlike NAME VALUE [NAME VALUE]...: what this end was told alone keeps its messages from arriving
unlike() {
	group_state "$CARD" 5 inactive
	group_set "$CARD" 5 "$@"
	group_state "$CARD" 5 active
	target "$PEER_CARD" 5
	expect_fail write 1000
	# nothing came; it may have ended by itself, for its QP refused the message
	kill "$TARGET" 2>/dev/null || true
	[ ! -s "$DIR/out" ] || fail "something came"
}

# both NAME VALUE [NAME VALUE]...: while inactive, at both ends
both() {
	group_state "$CARD" 5 inactive
	group_state "$PEER_CARD" 5 inactive
	group_set "$CARD" 5 "$@"
	group_set "$PEER_CARD" 5 "$@"
	group_state "$CARD" 5 active
	group_state "$PEER_CARD" 5 active
}

# qp_context SIDE FIELD: of QP 0, as reporter qp has it
qp_context() {
	devlink -j health diagnose "$(group_sf "$CARD" 5)" reporter qp |
		jq -r ".qps[0].$1.$2"
}

# group_told CARD FIELD: of group 5 as a whole, as reporter qp has it
group_told() {
	devlink -j health diagnose "$(group_sf "$1" 5)" reporter qp | jq -r ".$2"
}
