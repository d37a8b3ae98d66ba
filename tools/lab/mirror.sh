# SPDX-License-Identifier: GPL-2.0-only
# The Debian mirror, its keyring, and how to reach it: whatever this
# machine's own apt uses. apt parses its configuration, not we.
# shellcheck shell=bash

# Debian's suites by name or role; "-security" and the like live elsewhere.
MIRROR_SUITES='bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable'

mirror_address() {
	local uri

	if [ -n "${LAB_MIRROR:-}" ]; then
		echo "$LAB_MIRROR"
		return
	fi
	# Works without "apt-get update", for both formats of the sources.
	# shellcheck disable=SC2016 # it is apt that expands
	uri=$(apt-get --no-release-info indextargets 'Created-By: Packages' \
		'Component: main' --format '$(RELEASE) $(REPO_URI)' |
		awk -v suites="^($MIRROR_SUITES)\$" \
			'$1 ~ suites && $2 ~ /debian\/?$/ { print $2; exit }')
	[ -n "$uri" ] ||
		die "apt knows no Debian mirror: set LAB_MIRROR to one"
	echo "$uri"
}

mirror_keyring() {
	local file=${LAB_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}

	[ -r "$file" ] ||
		die "no $file: install debian-archive-keyring, or set LAB_KEYRING"
	echo "$file"
}

mirror_sources() {
	local uri keyring suite

	uri=$(mirror_address) || return
	keyring=$(mirror_keyring) || return
	for suite in trixie trixie-backports sid; do
		echo "deb [signed-by=$keyring] $uri $suite main"
	done
}

# Options of the host's apt that say how to reach and trust a mirror.
mirror_apt_options() {
	local key value

	for key in Acquire::http::Proxy Acquire::https::Proxy \
		Acquire::Check-Valid-Until Acquire::Check-Date; do
		eval "$(apt-config shell value "$key")"
		[ -z "${value:-}" ] || echo "--aptopt=$key \"$value\""
		unset value
	done
}
