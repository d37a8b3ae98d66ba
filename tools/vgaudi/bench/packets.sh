#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# packets.sh DIR: instructions of the device for a packet, from the doorbell's record
# to the CQE. Copies of payload and headers, the sums over payload, and reductions are
# told apart: they depend on the length. DIR: where bench-raw and bench-rc are.
set -eu
dir=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# measure KIND NAME SIZE BATCH ROUNDS [MODE]: the difference of two runs, so that the first
# rounds do not count
measure() {
	bench=$dir/bench-$1 name=$1-$2 size=$3 batch=$4 rounds=$5 mode=${6:-}
	for r in "$rounds" "$((rounds * 2))"; do
		packets=$(valgrind -q --tool=callgrind --callgrind-out-file="$out/cg" \
			--toggle-collect=bench_round "$bench" "$size" "$batch" "$r" ${mode:+"$mode"} |
			sed -n 's/ packets.*//p')
		callgrind_annotate --auto=no --threshold=100 "$out/cg" |
			awk -v packets="$packets" '
			/PROGRAM TOTALS/ { gsub(",", "", $1); total = $1 }
			/:copy_bulk|:.*mem(move|cpy|set)/ { gsub(",", "", $1); copy += $1 }
			/:csum_|:reduce_float/ { gsub(",", "", $1); sum += $1 }
			END { print packets, total, copy, sum }' >> "$out/$name"
	done
	awk -v name="$name" 'NR == 1 { p = $1; t = $2; c = $3; s = $4 }
		NR == 2 { p = $1 - p; t = $2 - t; c = $3 - c; s = $4 - s
			printf "%-22s %6.0f instructions a packet, + %4.0f to copy, + %4.0f to sum\n",
				name, (t - c - s) / p, c / p, s / p }' "$out/$name"
}

measure raw 64-bytes 64 64 20
measure raw 1460-bytes 1460 64 20
measure raw 1460-bytes-checksum 1460 64 20 csum
measure raw 64-bytes-1000-rules 64 64 20 rules
measure raw 64-bytes-one-by-one 64 1 500
measure raw tso-60000 60000 2 20 tso
measure rc write-64-bytes 64 64 20
measure rc write-64-bytes-one-by-one 64 1 500
measure rc send-64-bytes 64 64 20 send
measure rc send-64-bytes-one-by-one 64 1 500 send
measure rc write-1-MiB 1048576 8 2
measure rc send-1-MiB 1048576 8 2 send
measure rc sum-1-MiB 1048576 8 2 sum
