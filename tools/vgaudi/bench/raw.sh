#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# raw.sh BENCH: instructions of the device for a raw packet, from the doorbell's
# record to the CQE. Copies of payload and headers, and the sums over payload,
# are told apart: they depend on the length.
set -eu
bench=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# measure NAME SIZE BATCH ROUNDS [MODE]: the difference of two runs, so that the first rounds do not count
measure() {
	name=$1 size=$2 batch=$3 rounds=$4 mode=${5:-}
	for r in "$rounds" "$((rounds * 2))"; do
		packets=$(valgrind -q --tool=callgrind --callgrind-out-file="$out/cg" \
			--toggle-collect=bench_round "$bench" "$size" "$batch" "$r" ${mode:+"$mode"} |
			sed -n 's/ packets.*//p')
		callgrind_annotate --auto=no --threshold=100 "$out/cg" |
			awk -v packets="$packets" '
			/PROGRAM TOTALS/ { gsub(",", "", $1); total = $1 }
			/:/ && /mem(move|cpy|set)/ { gsub(",", "", $1); copy += $1 }
			/:csum_/ { gsub(",", "", $1); sum += $1 }
			END { print packets, total, copy, sum }' >> "$out/$name"
	done
	awk -v name="$name" 'NR == 1 { p = $1; t = $2; c = $3; s = $4 }
		NR == 2 { p = $1 - p; t = $2 - t; c = $3 - c; s = $4 - s
			printf "%-22s %6.0f instructions a packet, + %4.0f to copy, + %4.0f to sum\n",
				name, (t - c - s) / p, c / p, s / p }' "$out/$name"
}

measure 64-bytes 64 64 20
measure 1460-bytes 1460 64 20
measure 1460-bytes-checksum 1460 64 20 csum
measure 64-bytes-1000-rules 64 64 20 rules
measure 64-bytes-one-by-one 64 1 500
measure tso-60000 60000 2 20 tso
