# SPDX-License-Identifier: GPL-2.0-only
# Run by mmdebstrap with the new root as $1 and PACKAGES set: installs
# everything in one transaction, so that dpkg triggers run once.
# shellcheck shell=sh

set -eu
root=$1

# A metapackage depends on the newest kernel of its suite by name.
kernel_packages() {
	for suite in trixie trixie-backports; do
		chroot "$root" apt-cache show "linux-image-amd64/$suite" \
			"linux-headers-amd64/$suite"
	done | grep -o -E 'linux-(image|headers)-[0-9][^ ,]*' | sort -u
}

# Nobody boots the initrd that a kernel package would build for a minute.
# shellcheck disable=SC2046,SC2086 # lists of words
INITRD=No DEBIAN_FRONTEND=noninteractive chroot "$root" \
	apt-get --yes --no-install-recommends install \
	$PACKAGES $(kernel_packages)

