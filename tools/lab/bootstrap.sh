# SPDX-License-Identifier: GPL-2.0-only
# What the lab root is: a Debian system that is compiler, QEMU and guest in
# one, and the image of it that the guest mounts.
# shellcheck shell=bash

# A user cannot leave files of other owners behind: mmdebstrap works in a
# namespace of its own and hands over a tar, unpacked in one of ours.
root_bootstrap() {
	if is_root; then
		root_mmdebstrap root "$1"
	else
		root_mmdebstrap unshare - |
			in_userns tar --extract --directory="$1" \
				--exclude='./dev/*' --numeric-owner
	fi
}

root_mmdebstrap() {
	local mode=$1 target=$2 options sources dir

	mapfile -t sources < <(mirror_sources)
	mapfile -t options < <(mirror_apt_options)
	for dir in doc man info locale; do
		options+=("--dpkgopt=path-exclude=/usr/share/$dir/*")
	done
	[ "$target" != - ] || options+=(--format=tar)
	mmdebstrap --mode="$mode" --variant=minbase \
		"${options[@]}" --aptopt='Acquire::Languages "none"' \
		--dpkgopt=force-unsafe-io \
		--setup-hook="$(root_setup_hook)" \
		--customize-hook="$(root_install_hook)" \
		trixie "$target" "${sources[@]}"
}

# Hooks travel as text: in a namespace the work tree may be unreadable.
# shellcheck disable=SC2016 # it is the hook that expands
root_setup_hook() {
	echo 'mkdir -p "$1/etc/apt/preferences.d"'
	echo 'cat >"$1/etc/apt/preferences.d/gnic-lab" <<"EOF"'
	cat "$LAB_DIR/apt-preferences"
	echo 'EOF'
}

root_install_hook() {
	echo "PACKAGES='$(sed 's/#.*//' "$LAB_DIR/packages" | tr '\n' ' ')'"
	cat "$LAB_DIR/install-hook.sh"
}

# Uncompressed: the guest has no cycles to spare for it. All files belong to
# root, which is what the guest's only user is.
root_image() {
	LAB_BASE=$1 LAB_ROOT=$1/root in_root mkfs.erofs --quiet --all-root \
		"$1/root.erofs" "$1/root" ||
		die "cannot write the guest's image"
}
