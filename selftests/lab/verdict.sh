#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether "lab run" tells what happened in its guest: all other tests rely on that a
# kernel that complains is a failure, whatever the command says.
set -u
cd "$(dirname "$0")/../.." || exit 1

LAB=${LAB:-tools/lab/lab}
EXIT_GUEST=99	# see tools/lab/common.sh
LOG_BYTES=400000
passed=0 failed=0

# Much is logged after the first line of it, so that no pipe holds it all.
long_log() {
	echo "$1"
	head -c $LOG_BYTES /dev/zero | tr '\0' x | fold -w 800
}

# ends NAME STATUS SAYS COMMAND: the guest's command, what the lab ends with, and what
# it says besides, a pattern
ends() {
	local name=$1 status=$2 says=$3 output got
	shift 3

	output=$(LAB_TIMEOUT=120 $LAB run -- bash -c "$*" 2>&1)
	got=$?
	if [ $got -eq "$status" ] && grep -qE "$says" <<<"$output"; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) $name"
	else
		echo "# ended with $got, not $status and \"$says\":"
		tail -n 20 <<<"$output" | sed 's/^/# /'
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) $name"
	fi
	rm -rf "$(sed -n 's/^lab: logs are in //p' <<<"$output")"
}

# kernel_says TEXT: a command that succeeds
kernel_says() {
	echo "$(declare -f long_log); LOG_BYTES=$LOG_BYTES
		long_log '$1' | while read -r line; do echo \"\$line\" >/dev/kmsg; done"
}

ends "a guest whose kernel is content" 0 '' "$(kernel_says 'all is well')"
ends "a guest whose command fails" 7 '' 'exit 7'
ends "a guest whose kernel complains" $EXIT_GUEST "kernel complained" \
	"$(kernel_says 'WARNING: a test of the lab')"
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
