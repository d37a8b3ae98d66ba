# SPDX-License-Identifier: GPL-2.0-only
# The kernel's selftests, as an image in the lab cache: fetched, built and
# installed unchanged. The image stands beside the root that built it, its
# name is a hash of the recipe, and it appears complete or not at all.
# shellcheck shell=bash

suite_hash() {
	sha256sum <selftests/upstream/build.sh | cut -c1-12
}

# Sets SUITE to the image, built if need be. "lab setup" first: an image must
# not be laid into a root that is yet to appear.
suite_ensure() {
	local base

	$LAB setup || return
	base=$(dirname "$($LAB path root)")
	SUITE=$base/selftests-$(suite_hash).erofs
	[ ! -e "$SUITE" ] || return 0
	exec {lock}>>"$base/selftests.lock"
	flock "$lock"
	[ -e "$SUITE" ] || $LAB exec -- bash selftests/upstream/build.sh "$SUITE" ||
		return 1
	exec {lock}>&-
}
