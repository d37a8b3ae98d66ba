#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether "lab run" tells what happened in its guest: all other tests rely on that a
# kernel that complains is a failure, whatever the command says. And that nothing is left of
# a guest that is interrupted.
set -u
cd "$(dirname "$0")/../.." || exit 1

LAB=${LAB:-tools/lab/lab}
EXIT_GUEST=99	# see tools/lab/common.sh
LOG_BYTES=400000

# shellcheck source=selftests/lab/lib.sh
. selftests/lab/lib.sh

# Much is logged after the first line of it, so that no pipe holds it all.
long_log() {
	echo "$1"
	head -c $LOG_BYTES /dev/zero | tr '\0' x | fold -w 800
}

# ends STATUS SAYS COMMAND: the guest's command, what the lab ends with, and what it says
# besides, a pattern
ends() {
	local status=$1 says=$2 output got
	shift 2

	output=$(LAB_TIMEOUT=120 $LAB run -- bash -c "$*" 2>&1)
	got=$?
	rm -rf "$(sed -n 's/^lab: logs are in //p' <<<"$output")"
	echo "ended with $got; wanted: $status and \"$says\":"
	tail -n 20 <<<"$output"
	[ $got -eq "$status" ] && grep -qE "$says" <<<"$output"
}

# kernel_says TEXT: a command that succeeds
kernel_says() {
	echo "$(declare -f long_log); LOG_BYTES=$LOG_BYTES
		long_log '$1' | while read -r line; do echo \"\$line\" >/dev/kmsg; done"
}

# A model that ends with another status than it has.
model_fails() {
	cat >"$WORK/model" <<-EOF
		#!/bin/bash
		trap 'kill \$model; wait \$model; exit 3' TERM
		$PWD/build/vgaudi/vgaudi "\$@" &
		model=\$!
		wait
	EOF
	chmod +x "$WORK/model"
	LAB_VGAUDI=$WORK/model ends $EXIT_GUEST "vgaudi did not end well, status 3" true
}

# As from a terminal: all of them get the signal. A shell that has something else to do goes
# on if the lab ends by itself. We may be where the signal is ignored.
interrupted() {
	local output=$WORK/interrupted pid status

	set -m
	TAG=$output LAB_TIMEOUT=120 env --default-signal=INT bash -c '"$@"; echo it goes on' bash \
		"$LAB" run -- bash -c 'echo it runs; sleep 100' >"$output" 2>&1 &
	pid=$!
	set +m
	while kill -0 $pid && ! grep -q "it runs" "$output"; do
		sleep 0.1
	done
	kill -INT -- -$pid
	wait $pid
	status=$?
	cat "$output"
	[ $status -eq 130 ] && gone "$output" && ! grep -qE "logs are in|goes on" "$output"
}

# Who is killed can't end what it has started.
killed() {
	local output=$WORK/killed pid

	TAG=$output LAB_TIMEOUT=120 $LAB run --cards 1 --ports 2 -- \
		bash -c 'echo it runs; sleep 100' >"$output" 2>&1 &
	pid=$!
	while kill -0 $pid && ! grep -q "it runs" "$output"; do
		sleep 0.1
	done
	kill -KILL $pid
	wait $pid
	gone "$output" && grep -q "it runs" "$output"
}

check "a guest whose kernel is content" ends 0 '' "$(kernel_says 'all is well')"
check "a guest whose command fails" ends 7 '' 'exit 7'
check "a guest whose kernel complains" ends $EXIT_GUEST "kernel complained" \
	"$(kernel_says 'WARNING: a test of the lab')"
check "a guest whose model fails in the end" model_fails
check "a guest that is interrupted" interrupted
check "a guest whose lab is killed" killed
summary
