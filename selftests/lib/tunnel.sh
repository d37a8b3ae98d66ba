# SPDX-License-Identifier: GPL-2.0-only
# Tunnels between the two ends of guest.sh's cable.
# shellcheck shell=bash

# tunnel_modules: those that tunnel_up may need
tunnel_modules() {
	local module

	for module in vxlan geneve ip_gre ip6_gre ipip sit ip6_tunnel; do
		modprobe -q "$module" || :
	done
}

# tunnel_up TYPE ARGS OUTER: inner addresses 10.9.0.1, 2001:db8:9::1 and .2.
tunnel_up() {
	local type=$1 args=$2 local=192.0.2.1 remote=192.0.2.2

	[ "$3" = 4 ] || local=2001:db8::1 remote=2001:db8::2
	# shellcheck disable=SC2086
	ip link add tun9 type "$type" $args local $local remote $remote dev "$DEV"
	defer ip link del tun9
	# shellcheck disable=SC2086
	peer ip link add tun9 type "$type" $args local $remote remote $local dev "$PEER_DEV"
	defer peer ip link del tun9
	ip addr add 10.9.0.1/24 dev tun9
	ip link set tun9 up
	peer ip addr add 10.9.0.2/24 dev tun9
	peer ip link set tun9 up
	ip addr add 2001:db8:9::1/64 dev tun9 nodad
	peer ip addr add 2001:db8:9::2/64 dev tun9 nodad
}
