# SPDX-License-Identifier: GPL-2.0-only
# The clock of guest and cards, if it is not the host's: slow.c is loaded into both.
# shellcheck shell=bash

CLOCK_SLOW_MAX=100	# beyond that the guest only waits
CLOCK_LIBRARY=

# clock_ensure: the library, built if need be
clock_ensure() {
	local file new

	[ -n "$OPT_SLOW" ] || return 0
	((10#$OPT_SLOW >= 1 && 10#$OPT_SLOW <= CLOCK_SLOW_MAX)) ||
		die "--slow is from 1 to $CLOCK_SLOW_MAX, not $OPT_SLOW"
	[ -z "$OPT_ICOUNT" ] || die "--slow and --icount exclude each other"
	[ "${LAB_ACCEL:-}" != kvm ] || die "--slow: the clocks of KVM are not ours"
	file=$LAB_BASE/slow-$(sha256sum <"$LAB_DIR/slow.c" | cut -c1-12).so
	new=$file.new.$BASHPID
	[ -e "$file" ] || {
		in_root gcc -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -o "$new" \
			"$LAB_DIR/slow.c" && mv "$new" "$file"
	} || die "cannot build $file"
	CLOCK_LIBRARY=$file
}

# clock_words: a command line that begins with them has that clock
clock_words() {
	[ -z "$CLOCK_LIBRARY" ] ||
		printf '%s\n' env "LD_PRELOAD=$CLOCK_LIBRARY" "LAB_SLOW=$OPT_SLOW"
}
