# SPDX-License-Identifier: GPL-2.0-only
# Running something inside the lab root, on this machine. The process keeps
# its pid all the way, so that whoever starts one in the background can end
# exactly that one.
# shellcheck shell=bash

# In front of a command: it ends with who has started it, even if that is killed.
WITH_US=(setpriv --pdeathsig KILL --)

# Root of a user namespace: uid 0 is the caller, the others his subuids.
in_userns() {
	unshare --user --map-root-user --map-auto -- "$@"
}

# in_root CMD...: replaces the calling (sub)shell, see in_root_exec.
in_root() {
	(in_root_exec "$@")
}

in_root_exec() {
	local namespace=(--mount --propagation private)

	is_root || namespace+=(--user --map-root-user --map-auto)
	exec unshare "${namespace[@]}" -- /bin/sh "$LAB_DIR/enter.sh" \
		"$LAB_ROOT" "$LAB_BASE" "$LAB_TREE" "$@"
}
