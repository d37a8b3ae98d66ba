#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether those who run the tests run what they are told, tell how it ended, and leave nothing
# behind. No guest: what they call instead of the lab is this script, too.
set -u
cd "$(dirname "$0")/../.." || exit 1

EXIT_USAGE=2
SELF=$PWD/selftests/lab/runners.sh
work=
passed=0 failed=0

# ---- in place of the lab ----

# A guest that runs tests says so, and then does what GUEST says.
if [ "${1:-}" = run ]; then
	[[ " $* " == *" -- selftests/"* ]] || exit
	echo "guest: $*"
	eval "$GUEST"
	exit
elif [ "${LAB:-}" = "$SELF" ]; then
	echo "1 passed, 0 failed, 0 skipped"
	exit
fi

# ---- tests ----

work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT

# check NAME COMMAND...
check() {
	local name=$1
	shift

	if ("$@") >"$work/said" 2>&1; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) $name"
	else
		failed=$((failed + 1))
		sed 's/^/# /' "$work/said"
		echo "not ok $((passed + failed)) $name"
	fi
}

# A folder's programs, in the one guest that it is for.
one_folder() {
	LAB=$SELF GUEST=: selftests/guest "$1" "$2" >"$work/guests" || return
	cat "$work/guests"
	[ "$(grep -c '^guest:' "$work/guests")" -eq 1 ] && grep -q "selftests/$2/" "$work/guests"
}

no_folder() {
	LAB=$SELF GUEST=: selftests/guest 6.12 devlink nonsense
	[ $? -eq $EXIT_USAGE ]
}

guest_fails() {
	! LAB=$SELF GUEST="exit 3" selftests/guest 6.12 devlink
}

# gone TAG: nobody has it in the environment any more
gone() {
	local tries

	for _ in {1..100}; do
		grep -lzqs "^TAG=$1$" /proc/[0-9]*/environ || return 0
		sleep 0.1
	done
	grep -lzs "^TAG=$1$" /proc/[0-9]*/environ
	return 1
}

# ended SIGNAL STATUS GUESTS COMMAND...: when so many guests run it gets the signal; SIGINT comes
# from a terminal, and so to all of its group
ended() {
	local signal=$1 wanted=$2 guests=$3 to='' pid status tag=$work.$1
	shift 3

	export LAB=$SELF TAG=$tag
	export GUEST="trap 'exit 0' TERM; trap 'trap - INT; kill -INT \$\$' INT
		echo >>$work/begun; while :; do sleep 0.1; done"
	: >"$work/begun"
	set -m
	"$@" </dev/null &
	pid=$!
	set +m
	unset TAG
	for _ in {1..300}; do
		[ "$(wc -l <"$work/begun")" -lt "$guests" ] || break
		sleep 0.1
	done
	[ "$signal" != INT ] || to=-
	kill "-$signal" -- $to$pid
	wait $pid
	status=$?
	gone "$tag" || { kill -KILL -- -$pid; return 1; }
	[ $status -eq "$wanted" ] && [ "$(wc -l <"$work/begun")" -eq "$guests" ]
}

# What a program has left behind, in a group of its own, does not keep the next one waiting.
left_behind() {
	local start=$SECONDS

	printf '#!/bin/sh\nsetsid sleep 60 &\nsleep 1\necho "ok 1 leaves"\n' >"$work/leaves"
	chmod +x "$work/leaves"
	selftests/run "$work/leaves" && [ $((SECONDS - start)) -lt 20 ]
}

# Who is late has time to put away what the others would fall over.
late() {
	printf '#!/bin/bash\ntrap "rm %s" EXIT\ntouch %s\nsleep 60\n' "$work/left" "$work/left" \
		>"$work/late"
	chmod +x "$work/late"
	! selftests/run --timeout 2 "$work/late" >"$work/output" && [ ! -e "$work/left" ] &&
		grep -q "timed out" "$work/output"
}

check "a folder's programs run in one guest" one_folder 6.12 devlink
check "with its name, a folder that is for the other kernel does" one_folder 6.12 box
check "there is no such folder" no_folder
check "a guest that fails" guest_fails
check "tests of a kernel that are interrupted" ended INT 130 1 selftests/guest 6.12
check "all tests, interrupted" ended INT 130 2 selftests/all
check "all tests, told to end" ended TERM 143 2 selftests/all
check "a program that leaves one behind" left_behind
check "a program that is late" late
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
