# SPDX-License-Identifier: GPL-2.0-only
# Where the lab root lives: in $LAB_BASE, whose name is a hash of everything
# it is made from, and where it appears complete or not at all.
# shellcheck shell=bash

ROOT_RECIPE=(packages apt-preferences install-hook.sh bootstrap.sh)

root_hash() {
	(cd "$LAB_DIR" && cat "${ROOT_RECIPE[@]}") | sha256sum | cut -c1-12
}

LAB_BASE=$LAB_CACHE/root-$(root_hash)
LAB_ROOT=$LAB_BASE/root
LAB_IMAGE=$LAB_BASE/root.erofs

# Build the root unless it is there, and keep it from being pruned as long
# as this process, or a child that inherits the lock, lives.
root_ensure() {
	until root_hold; do
		root_setup
	done
}

# False: it is not there, or somebody has taken it away before we had it.
root_hold() {
	[ -e "$LAB_IMAGE" ] || return
	exec {LAB_ROOT_FD}<"$LAB_BASE" || die "cannot read $LAB_BASE"
	flock --shared "$LAB_ROOT_FD"
	[ -e "$LAB_IMAGE" ] || exec {LAB_ROOT_FD}<&-
	[ -e "$LAB_IMAGE" ]
}

root_setup() {
	mkdir -p "$LAB_CACHE" || die "cannot write $LAB_CACHE"
	lock_wait "$LAB_CACHE/setup.lock" "another setup is running, waiting"
	[ -e "$LAB_IMAGE" ] || root_build
	root_prune
	lock_drop
}

root_build() {
	local start=$SECONDS new=$LAB_CACHE/new.$$

	root_check_host
	say "building the lab root in $LAB_BASE"
	mkdir -p "$new/root"
	if ! root_bootstrap "$new/root" 2>&1 |
		tee "$LAB_CACHE/setup.log" | root_progress; then
		tail -n 20 "$LAB_CACHE/setup.log" | quote_lines
		root_remove "$new"
		die "setup failed, see $LAB_CACHE/setup.log"
	fi
	root_has_kernels "$new"
	say "writing the guest's image"
	root_image "$new"
	# what is there has no image
	root_remove "$LAB_BASE"
	mv -T "$new" "$LAB_BASE" || die "cannot write $LAB_BASE"
	say "setup took $((SECONDS - start)) s," \
		"$(du -sm "$LAB_BASE" 2>/dev/null | cut -f1) MiB"
}

# apt installs what it is told, and the names of the kernels are found by us.
root_has_kernels() {
	local LAB_ROOT=$1/root kernel

	for kernel in 6.12 backports; do
		kernel_release "$kernel" >/dev/null
	done
}

root_check_host() {
	have apt-get || die "the lab takes its root from apt: no apt-get here"
	if ! have mmdebstrap; then
		is_root || die "mmdebstrap is missing: apt-get install mmdebstrap"
		say "installing mmdebstrap on this machine"
		apt-get install --yes --no-install-recommends mmdebstrap \
			>/dev/null || die "cannot install mmdebstrap"
	fi
	is_root || root_check_user
	mirror_sources >/dev/null || exit
}

root_check_user() {
	have newuidmap || die "newuidmap is missing: apt-get install uidmap"
	grep -q "^$(id -un):" /etc/subuid ||
		die "$(id -un) has no line in /etc/subuid: see Documentation/lab.rst"
	# Asked here, because later it would hang: with --map-auto, unshare
	# leaves a helper behind when it fails.
	unshare --user --map-root-user true 2>/dev/null ||
		die "user namespaces are not allowed: see Documentation/lab.rst"
}

# Two steps a package; a line each tenth of the way.
root_progress() {
	awk '
	/^I: running --/ { next }
	/^I: / { sub(/^I: /, ""); print "lab:   " $0; fflush() }
	/ newly installed,/ { total = 2 * $3; done = shown = 0 }
	/^(Unpacking|Setting up) / && total {
		percent = int(10 * ++done / total) * 10
		if (percent > shown) {
			shown = percent
			print "lab:   packages " percent " %"
			fflush()
		}
	}' >&2
}

# Roots of other recipes go, unless something still runs from them; at once, so that nobody
# finds a half of one.
root_prune() {
	local dir gone=$LAB_CACHE/new.gone

	root_remove "$gone"
	for dir in "$LAB_CACHE"/root-* "$LAB_CACHE"/new.*; do
		[ -d "$dir" ] || continue
		[ "$dir" != "$LAB_BASE" ] || continue
		flock --exclusive --nonblock "$dir" mv -T "$dir" "$gone" || continue
		say "removing the old $dir"
		root_remove "$gone"
	done
}

root_remove() {
	if is_root; then
		rm -rf --one-file-system "$1"
	else
		in_userns rm -rf --one-file-system "$1"
	fi
}
