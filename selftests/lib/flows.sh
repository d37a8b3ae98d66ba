# SPDX-License-Identifier: GPL-2.0-only
# Frames that a NIC tells apart, and which queues of $DEV they reached.
# shellcheck shell=bash

# frames COUNT [KEY=VALUE...]: from the peer, see flows.py; to $DMAC, or to $DEV
frames() {
	peer python3 "$TREE/selftests/lib/flows.py" "$PEER_DEV" \
		"${DMAC:-$(cat "/sys/class/net/$DEV/address")}" "$@"
	sleep 0.3
}

# frames that each queue has received
queue_counts() {
	python3 "$TREE/selftests/lib/qstats.py" "$DEV" | awk '$1 == "rx" { print $3 }'
}

# busy COMMAND...: the queues that got at least 5 frames of it, in order
busy() {
	local before after busy=

	mapfile -t before < <(queue_counts)
	"$@"
	mapfile -t after < <(queue_counts)
	for i in "${!after[@]}"; do
		[ "$((after[i] - ${before[i]:-0}))" -lt 5 ] || busy="$busy $i"
	done
	echo "${busy# }"
}
