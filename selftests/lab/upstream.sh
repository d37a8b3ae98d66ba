#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is said of the kernel's own tests before they run: each case that is not to pass has
# a reason of the few kinds that there are, and each program that they have is run or left
# out. No guest is needed.
set -u
cd "$(dirname "$0")/../.." || exit 1

LAB=${LAB:-tools/lab/lab}

# shellcheck source=selftests/lab/lib.sh
. selftests/lab/lib.sh

# python SCRIPT: beside the modules of those tests
python() {
	$LAB exec -- env PYTHONPATH=selftests/upstream PYTHONDONTWRITEBYTECODE=1 python3 -c "$1"
}

kinds() {
	python '
import expectation as e
good = ("the hardware has no MACsec", "the kernel has no RSS by netlink",
        "no driver passes: its script says TODO",
        "the kernel'"'"'s configuration lacks NET_SHAPER")
bad = ("", "the hardware has no ", "no driver passes: ", "the kernel is slow",
       "the kernel itself refuses it", "the kernel'"'"'s test is wrong", "Debian has no tool",
       "not done yet")
for verdict in ("FAIL", "SKIP", "XFAIL"):
    assert all(e.excused(verdict, reason) for reason in good)
    assert not any(e.excused(verdict, reason) for reason in bad)
assert e.excused("PASS", "")'
}

# unfounded LINE...: what is wrong with them, were they expected of a kernel
unfounded() {
	mkdir -p "$WORK/expected" "$WORK/known-failures"
	printf '%s\n' "$@" >"$WORK/expected/some"
	: >"$WORK/known-failures/some"
	python "
import expectation as e
e.HERE = '$WORK'
print(*e.unfounded('some'), sep='\n')"
}

# says PATTERN LINE...: and of it alone
says() {
	local pattern=$1 said

	shift
	said=$(unfounded "$@" 2>&1)
	echo "$said"
	[ "$(grep -c . <<<"$said")" -eq 1 ] && grep -q "$pattern" <<<"$said"
}

line_unknown() {
	! unfounded "PERHAPS a b"
}

expectations() {
	python '
import expectation as e
wrong = [line for kernel in ("6.12", "backports") for line in e.unfounded(kernel)]
print(*wrong, sep="\n")
assert not wrong'
}

# A suite that has one program more, in each of the folders.
programs() {
	{
		echo drivers/net/ping.py drivers/net/dsa/any.sh bpf/xskxceiver bpf/test_progs
		echo bpf/xdp_new drivers/net/new/a.sh net/lib/new
	} >"$WORK/names"
	python "
import programs as p
assert p.forgotten('$WORK') == ['bpf/xdp_new', 'drivers/net/new/a.sh', 'net/lib/new']"
}

check "reasons that are, and are none" kinds
check "a case without a reason" says "a b: SKIP without" "SKIP a b" "PASS a c"
check "a case with a bad one" says "a b: FAIL without" "FAIL a b # the kernel alone does it"
check "a case that is there twice" says "a b: twice" "PASS a b" "PASS a b"
check "a verdict that is none" line_unknown
check "what is expected of both kernels has reasons" expectations
check "programs that nobody has thought of" programs
summary
