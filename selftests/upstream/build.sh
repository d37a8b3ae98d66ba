#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# build.sh IMAGE: runs in the lab root. Debian's source of the newer kernel,
# its selftests built and installed as they are, IMAGE made of it.
set -eu -o pipefail

# "make test" is no part of what is built here: bpf's Makefile asks for MAKELEVEL.
unset MAKEFLAGS MFLAGS MAKELEVEL

image=$1
new=$image.new
cpus=$(nproc)

TARGETS="drivers/net drivers/net/hw drivers/net/bonding drivers/net/team"
TARGETS+=" net/forwarding net/lib ptp"
BPF_PROGRAMS="xskxceiver xdp_features xdp_hw_metadata xdp_synproxy"
# What a program of them loads, and no rule of the Makefile ties to it.
BPF_OBJECTS="xdp_synproxy_kern.bpf.o"
# Scripts of a folder of which nothing else is wanted.
NET_SCRIPTS="netdevice.sh lib.sh"

say() {
	echo "upstream: $*" >&2
}

# The version of the kernel that the guest boots, or what has followed it.
fetch() {
	local version major

	version=$(dpkg-query --show --showformat '${Version}\n' \
		'linux-image-[0-9]*' | sort --version-sort | tail -n 1)
	major=$(cut -d . -f 1-2 <<<"$version")
	say "fetching linux-source-$major, $version"
	# the lab root is read-only: apt gets a place of its own
	mkdir -p lists/partial archives/partial
	set -- -qq -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD" \
		-o APT::Sandbox::User=root
	apt-get "$@" update
	apt-get "$@" download "linux-source-$major=$version" 2>/dev/null ||
		apt-get "$@" download "linux-source-$major"
	say "unpacking"
	dpkg-deb --fsys-tarfile linux-source-*.deb |
		tar --extract --to-stdout "./usr/src/linux-source-$major.tar.xz" |
		xz --decompress --threads=0 |
		tar --extract --strip-components=1 --exclude='*/drivers/[a-mo-z]*' \
			--exclude='linux-source-*/sound' --exclude='linux-source-*/fs' \
			--one-top-level=linux
	echo linux-source-*.deb >version
	rm -rf linux-source-*.deb lists archives
}

# names FOLDER: what it calls a program or a test, built here or not. A folder without a
# Makefile has what may be run.
names() {
	local list='$(TEST_PROGS) $(TEST_PROGS_EXTENDED) $(TEST_CUSTOM_PROGS)'

	list+=' $(TEST_GEN_PROGS) $(TEST_GEN_PROGS_EXTENDED)'
	if [ -e "$1/Makefile" ]; then
		make --no-print-directory -s -C "$1" \
			--eval "names: ; @printf '$1/%s\n' \$(notdir $list)" names
	else
		find "$1" -maxdepth 1 -type f -perm /111
	fi | grep "^$1/."
}

# all_names: of the folders whose programs may be given a network device
all_names() (
	local folder

	cd linux/tools/testing/selftests
	find drivers/net net/forwarding net/lib ptp bpf -maxdepth 3 -type d \
		-not -path '*/lib/*' -not -path 'bpf/*' | sort |
		while read -r folder; do
			names "$folder" || true
		done
)

# The probe for liburing in drivers/net/hw is at odds with dash, so the answer
# is given: liburing is new enough.
build() {
	local tests=linux/tools/testing/selftests btf file

	make --no-print-directory -s -C linux -j"$cpus" headers
	make --no-print-directory -s -C $tests -j"$cpus" TARGETS="$TARGETS" \
		HAS_IOURING_ZCRX=y FORCE_TARGETS=1 INSTALL_PATH="$PWD/ksft" install
	for btf in /usr/src/linux-headers-*-amd64/vmlinux; do :; done
	# shellcheck disable=SC2046,SC2086 # lists of words
	make --no-print-directory -s -C $tests/bpf -j"$cpus" VMLINUX_BTF="$btf" \
		$BPF_PROGRAMS $(printf "$PWD/$tests/bpf/%s " $BPF_OBJECTS)
	mkdir -p ksft/bpf ksft/net
	for file in $BPF_PROGRAMS; do
		cp "$tests/bpf/$file" ksft/bpf/
	done
	cp $tests/bpf/*.bpf.o ksft/bpf/
	for file in $NET_SCRIPTS; do
		cp "$tests/net/$file" ksft/net/
	done
	all_names >ksft/names
	mv version ksft/
}

trap 'rm -rf "$new.dir"' EXIT
mkdir -p "$new.dir"
cd "$new.dir"
fetch
# Not in a list of ||, where "set -e" means nothing.
build >build.log 2>&1 &
wait $! || {
	tail -n 40 build.log >&2
	exit 1
}
mkfs.erofs --quiet --all-root "$new" ksft
mv "$new" "$image"
say "the suite is in $image"
