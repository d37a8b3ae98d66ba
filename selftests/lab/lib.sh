# SPDX-License-Identifier: GPL-2.0-only
# For tests of the lab and of those who run tests: results, and what is left behind.
# shellcheck shell=bash

PASSED=0 FAILED=0
WORK=$(mktemp -d) || exit
trap 'rm -rf "$WORK"' EXIT

# check NAME COMMAND...: what it says is shown if it fails
check() {
	local name=$1
	shift

	if ("$@") >"$WORK/said" 2>&1; then
		PASSED=$((PASSED + 1))
		echo "ok $((PASSED + FAILED)) $name"
	else
		FAILED=$((FAILED + 1))
		sed 's/^/# /' "$WORK/said"
		echo "not ok $((PASSED + FAILED)) $name"
	fi
}

summary() {
	echo "$PASSED passed, $FAILED failed, 0 skipped"
	[ "$FAILED" -eq 0 ]
}

# gone TAG: nobody who was started with it in the environment is there any more
gone() {
	for _ in {1..100}; do
		grep -lzqs "^TAG=$1$" /proc/[0-9]*/environ || return 0
		sleep 0.1
	done
	grep -lzs "^TAG=$1$" /proc/[0-9]*/environ
	return 1
}
