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
