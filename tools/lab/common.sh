# SPDX-License-Identifier: GPL-2.0-only
# Where things are, and how the lab speaks. Sourced by lab.
# shellcheck shell=bash

LAB_TREE=$(realpath "$LAB_DIR/../..")
LAB_CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/gnic-lab}
LAB_CACHE=$(realpath -m "$LAB_CACHE")
export LAB_CACHE

# Exit codes of the lab itself; every other code is the command's own.
EXIT_LAB=98		# the lab could not do its work
EXIT_GUEST=99		# the guest or the model was not healthy

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$@"
	exit "$EXIT_LAB"
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}

have() {
	command -v "$1" >/dev/null
}

# Indented, so that quoted lines stand apart from the lab's own words.
quote_lines() {
	sed 's/^/    /' >&2
}

# The rows of a table on stdin, without the padding around "|".
table_rows() {
	sed -e '/^$/d' -e 's/ *| */|/g'
}

# lock_open FILE: LAB_LOCK_FD is it
lock_open() {
	{ exec {LAB_LOCK_FD}>>"$1"; } 2>/dev/null || die "cannot write $1"
}

# lock_wait FILE MESSAGE: take FILE exclusively until this process ends.
# LAB_LOCK_FD is left to whoever must let go earlier.
lock_wait() {
	lock_open "$1"
	flock --nonblock "$LAB_LOCK_FD" && return
	say "$2"
	flock "$LAB_LOCK_FD"
}

lock_drop() {
	exec {LAB_LOCK_FD}>&-
}
