#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether the clocks of a guest and of its card are as slow as "lab run --slow" says.
set -u
cd "$(dirname "$0")/../.." || exit 1

LAB=${LAB:-tools/lab/lab}
EXIT_LAB=98	# see tools/lab/common.sh
SLOW=6		# with a second of sleep
SLACK_MS=3000	# that a busy machine may need to say what time it is
passed=0 failed=0

# check NAME COMMAND...
check() {
	local name=$1
	shift

	if "$@"; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) $name"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) $name"
	fi
}

# refused SAYS ARG...
refused() {
	local says=$1 output
	shift

	output=$($LAB run "$@" -- true 2>&1)
	[ $? -eq $EXIT_LAB ] && grep -q -- "$says" <<<"$output" && return
	echo "# $output"
	return 1
}

# What the guest runs: how many milliseconds a second has, by each clock that it can ask
times() {
	local clock start end

	exec 3<>/dev/virtio-ports/vgaudi.control
	for clock in date uptime card; do
		start=$(now "$clock")
		sleep 1
		end=$(now "$clock")
		echo "$clock $((end - start))"
	done
}

# now CLOCK: in milliseconds
now() {
	case $1 in
	date) date +%s%3N ;;
	uptime) tr -d . </proc/uptime | sed 's/ .*/0/' ;;
	card)
		echo '{"cmd":"clock","card":0}' >&3
		read -r reply <&3
		echo $(($(jq .time <<<"$reply") / 1000000))
		;;
	esac
}

slow() {
	local start=$SECONDS output clock ms count=0

	output=$(LAB_TIMEOUT=300 $LAB run --slow $SLOW -- \
		bash -c "$(declare -f times now); times" 2>&1) || echo "# $output"
	while read -r clock ms; do
		[ "$ms" -ge 990 ] && [ "$ms" -le $((1000 + SLACK_MS)) ] && count=$((count + 1))
		echo "# $clock: $ms ms"
	done < <(grep -E '^(date|uptime|card) ' <<<"$output")
	echo "# $((SECONDS - start)) s"
	[ $count -eq 3 ] && [ $((SECONDS - start)) -ge $((3 * SLOW)) ]
}

check "no clock stands still" refused "from 1 to 100" --slow 0
check "no clock is slower than that" refused "from 1 to 100" --slow 101
check "one kind of clock" refused "exclude each other" --slow 2 --icount 0
LAB_ACCEL=kvm check "not those of KVM" refused "KVM" --slow 2
check "a guest and its card, $SLOW times slower" slow
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
