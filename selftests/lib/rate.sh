# SPDX-License-Identifier: GPL-2.0-only
# What limits of queues do: how long a megabyte takes is compared with what the
# limit allows at best.
# shellcheck shell=bash

MEGABYTE=1000000

# use_queue QUEUE [PORT]: what is sent, to that TCP port, goes to the queue. Who
# names a port comes first.
use_queue() {
	local match=(matchall)

	if ! tc qdisc show dev "$DEV" | grep -q clsact; then
		tc qdisc add dev "$DEV" clsact
		defer tc qdisc del dev "$DEV" clsact
	fi
	[ $# -eq 1 ] || match=(flower ip_proto tcp dst_port "$2")
	tc filter del dev "$DEV" egress pref "${2:-9999}" 2>/dev/null || true
	tc filter add dev "$DEV" egress protocol ip pref "${2:-9999}" "${match[@]}" \
		action skbedit queue_mapping "$1"
}

# Milliseconds that a megabyte to TCP port $1 takes.
takes() {
	local begin port=${1:-5561} file

	file=/tmp/rate.$port
	peer_background socat -u "TCP4-LISTEN:$port,reuseaddr" "CREATE:$file"
	wait_for 5 peer_listens t "$port"
	begin=$(date +%s%N)
	head -c $MEGABYTE /dev/zero | socat -u - "TCP4:192.0.2.2:$port"
	wait_for 20 sh -c "[ \$(wc -c <$file) -eq $MEGABYTE ]"
	echo $((($(date +%s%N) - begin) / 1000000))
	rm -f "$file"
}

# slow NAME: with a limit of 8 Mbit/s
slow() {
	local ms

	ms=$(takes)
	note "$1: $ms ms"
	expect "$1: ms" "$ms" -ge 950
}

# fast NAME: sooner than a limit of 8 Mbit/s allows; not always at once, for the
# machine may be busy
fast() {
	local ms try

	for try in 1 2 3 4 5; do
		ms=$(takes)
		[ "$ms" -ge 950 ] || return 0
		note "$1: $ms ms, try $try"
	done
	fail "$1: always slow"
}

# slow_over_new_queues COMMAND...: the limit of 8 Mbit/s goes with the queues that
# are made anew; COMMAND makes it 4 while the port is down.
slow_over_new_queues() {
	ethtool -G "$DEV" tx 256
	defer ethtool -G "$DEV" tx 512
	slow "other rings"
	ip link set "$DEV" down
	ip link set "$DEV" up
	wait_for 10 carrier_up
	slow "down and up"
	ip link set "$DEV" down
	"$@"
	ip link set "$DEV" up
	wait_for 10 carrier_up
	expect "set while down: ms" "$(takes)" -ge 1900
}
