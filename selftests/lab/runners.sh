#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether those who run the tests run what they are told, tell how it ended, and leave nothing
# behind. No guest: what they call instead of the lab is this script, too.
set -u
cd "$(dirname "$0")/../.." || exit 1

EXIT_USAGE=2
SELF=$PWD/selftests/lab/runners.sh

# ---- in place of the lab ----

# A guest that runs tests says so, and then does what GUEST says.
if [ "${1:-}" = run ]; then
	[[ " $* " =~ " "(selftests|tools/demo)/ ]] || exit
	echo "guest: $*"
	eval "$GUEST"
	exit
elif [ "${1:-}" = path ]; then
	echo "$UPSTREAM_OUT/root"
	exit
elif [ "${LAB:-}" = "$SELF" ]; then
	echo "1 passed, 0 failed, 0 skipped"
	exit
fi

# ---- tests ----

# shellcheck source=selftests/lab/lib.sh
. selftests/lab/lib.sh

# A folder's programs, in the one guest that it is for.
one_folder() {
	LAB=$SELF GUEST=: selftests/guest "$1" "$2" >"$WORK/guests" || return
	cat "$WORK/guests"
	[ "$(grep -c '^guest:' "$WORK/guests")" -eq 1 ] && grep -q "selftests/$2/" "$WORK/guests"
}

# What was compiled of a source that is gone is not run.
no_source() {
	local folder=build/selftests/devlink

	# shellcheck disable=SC2064 # it is gone by then
	trap "rm -f $folder/no_source; rmdir -p --ignore-fail-on-non-empty $folder" EXIT
	mkdir -p $folder
	cp /bin/true $folder/no_source
	one_folder 6.12 devlink && ! grep -q no_source "$WORK/guests"
}

no_folder() {
	LAB=$SELF GUEST=: selftests/guest 6.12 devlink nonsense
	[ $? -eq $EXIT_USAGE ]
}

guest_fails() {
	! LAB=$SELF GUEST="exit 3" selftests/guest 6.12 devlink
}

# ended SIGNAL STATUS GUESTS COMMAND...: when so many guests run it gets the signal; SIGINT comes
# from a terminal, and so to all of its group. We may be where it is ignored.
ended() {
	local signal=$1 wanted=$2 guests=$3 to='' pid status tag=$WORK.$1
	shift 3

	export LAB=$SELF TAG=$tag
	export GUEST="trap 'exit 0' TERM; trap 'trap - INT; kill -INT \$\$' INT
		echo >>$WORK/begun; while :; do sleep 0.1; done"
	: >"$WORK/begun"
	set -m
	env --default-signal=INT "$@" </dev/null &
	pid=$!
	set +m
	unset TAG
	for _ in {1..300}; do
		[ "$(wc -l <"$WORK/begun")" -lt "$guests" ] || break
		sleep 0.1
	done
	[ "$signal" != INT ] || to=-
	kill "-$signal" -- $to$pid
	wait $pid
	status=$?
	gone "$tag" || { kill -KILL -- -$pid; return 1; }
	[ $status -eq "$wanted" ] && [ "$(wc -l <"$WORK/begun")" -eq "$guests" ]
}

# What a program has left behind, in a group of its own, does not keep the next one waiting.
left_behind() {
	local start=$SECONDS

	printf '#!/bin/sh\nsetsid sleep 60 &\nsleep 1\necho "ok 1 leaves"\n' >"$WORK/leaves"
	chmod +x "$WORK/leaves"
	tools/lab/lab exec -- selftests/run "$WORK/leaves" && [ $((SECONDS - start)) -lt 20 ]
}

# Who is late has time to put away what the others would fall over.
late() {
	printf '#!/bin/bash\ntrap "rm %s" EXIT\ntouch %s\nsleep 60\n' "$WORK/left" "$WORK/left" \
		>"$WORK/late"
	chmod +x "$WORK/late"
	! tools/lab/lab exec -- selftests/run --timeout 2 "$WORK/late" >"$WORK/output" && [ ! -e "$WORK/left" ] &&
		grep -q "timed out" "$WORK/output"
}

check "a folder's programs run in one guest" one_folder 6.12 devlink
check "with its name, a folder that is for the other kernel does" one_folder 6.12 box
check "a program without a source" no_source
check "there is no such folder" no_folder
check "a guest that fails" guest_fails
check "tests of a kernel that are interrupted" ended INT 130 2 selftests/guest 6.12
check "all tests, interrupted" ended INT 130 5 env UPSTREAM_OUT="$WORK" selftests/all
check "all tests, told to end" ended TERM 143 5 env UPSTREAM_OUT="$WORK" selftests/all
check "the kernel's tests, interrupted" \
	ended INT 130 2 env UPSTREAM_OUT="$WORK" selftests/upstream/both
check "the demo, interrupted" ended INT 130 1 tools/demo/demo
check "the demo, told to end" ended TERM 143 1 tools/demo/demo
check "a program that leaves one behind" left_behind
check "a program that is late" late
summary
