# SPDX-License-Identifier: GPL-2.0-only
# The clock of guest and cards, if it is not the host's: libfaketime is loaded into both.
# shellcheck shell=bash

CLOCK_SLOW_MAX=100	# beyond that the guest only waits
CLOCK_LIBRARY=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1

clock_check() {
	[ -n "$OPT_SLOW" ] || return 0
	((OPT_SLOW >= 1 && OPT_SLOW <= CLOCK_SLOW_MAX)) ||
		die "--slow is from 1 to $CLOCK_SLOW_MAX, not $OPT_SLOW"
	[ -z "$OPT_ICOUNT" ] || die "--slow and --icount exclude each other"
	[ "${LAB_ACCEL:-}" != kvm ] || die "--slow: the clocks of KVM are not ours"
	[ -e "$LAB_ROOT$CLOCK_LIBRARY" ] || die "the lab root has no $CLOCK_LIBRARY"
}

# clock_words: a command line that begins with them has that clock. The times of files stay
# as they are: the guest sees them.
clock_words() {
	local factor

	[ -n "$OPT_SLOW" ] || return 0
	factor=$(awk -v slow="$OPT_SLOW" 'BEGIN { printf "%.8f", 1 / slow }')
	printf '%s\n' env "LD_PRELOAD=$CLOCK_LIBRARY" "FAKETIME=+0 x$factor" NO_FAKE_STAT=1
}
