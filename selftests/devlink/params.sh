#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every parameter: default, both ends of its range, what lies beyond, and the
# sentence that says so.

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

# limits PARAM SENTENCE GOOD... -- BAD...
limits() {
	local name=$1 sentence=$2 value

	shift 2
	while [ "$1" != -- ]; do
		param_set "$SF" "$name" "$1"
		expect "$name" "$(param_get "$SF" "$name")" = "$1"
		shift
	done
	shift
	for value in "$@"; do
		expect_refused "gnic: $sentence" param_set "$SF" "$name" "$value"
	done
}

with_group() {
	mode_set "$CARD" switchdev
	defer mode_set "$CARD" legacy
	group_add "$CARD" 3
	SF=$(group_sf "$CARD" 3)
}

group_defaults() {
	local name value

	with_group
	while read -r name value; do
		expect "default of $name" "$(param_get "$SF" "$name")" = "$value"
	done <<-'END'
		port 0
		qp_type write
		qp_count 1
		qp_wq_depth 256
		qp_rdv_depth 1024
		qp_path_mtu 1024
		qp_retry_timeout 16
		qp_adaptive_timeout false
		qp_retry_count 7
		qp_rnr_retry 7
		priority 0
		loopback false
		peer_ip
		peer_ip_token
		peer_mac
		peer_qpn_base 0
		local_ip
		local_ip_token
		udp_sport 49152
		cc_mode none
		cc_window 24
		cc_target_delay 50
		loss_recovery go_back_n
		icrc_order roce
		encap none
		encap_protocol 4
		encap_udp_port 6080
		encap_header
		local_key 0
		remote_key 0
	END
	expect qpn_base "$(param_get "$SF" qpn_base)" -gt 0
}

group_numbers() {
	local last

	with_group
	last=$(($(devlink -j port show | jq --arg card "$CARD/" '[.port | to_entries[] |
		select(.key | startswith($card)) | select(.value.flavour == "physical")] |
		length') - 1))
	limits port "port: 0 to $last, and 24 + that of a port that is split" "$last" 0 -- $((last + 1)) 255
	limits qp_count "qp_count: 1 to 1024" 1024 2 1 -- 0 1025 4294967295
	limits qp_wq_depth "qp_wq_depth: a power of two, 16 to 32768" 16 32768 -- 8 17 100 65536
	limits qp_rdv_depth "qp_rdv_depth: a power of two, 64 to 131072" 64 131072 -- 32 65 262144
	limits qp_path_mtu "qp_path_mtu: a power of two, 1024 to 8192" 2048 4096 8192 1024 -- \
		512 1025 1500 16384
	limits qp_retry_timeout "qp_retry_timeout: 0 to 31" 0 31 -- 32 255
	limits qp_retry_count "" 255 0 --
	limits qp_rnr_retry "qp_rnr_retry: 0 to 7" 0 7 -- 8 255
	limits priority "priority: 0 to 3" 3 0 -- 4
	limits peer_qpn_base "peer_qpn_base: 0 to 16777215" 16777215 1 -- 16777216
	limits cc_window "cc_window: 1 to 4194303" 4194303 1 -- 0 4194304
	limits cc_target_delay "cc_target_delay: 1 to 1000000" 1000000 1 -- 0 1000001
	limits encap_protocol "encap_protocol: neither TCP (6) nor UDP (17)" 0 255 4 -- 6 17
	limits encap_udp_port "encap_udp_port: 4791 is RoCE itself" 1 65535 -- 4791
	limits encap_udp_port "encap_udp_port: 1 to 65535" -- 0
	limits udp_sport "udp_sport: 49152 to 65535" 65535 49152 -- 49151 0
}

group_words() {
	with_group
	limits qp_adaptive_timeout "" true false --
	limits loopback "" true false --
	limits qp_type "qp_type: raw, write, send_rdv, recv_rdv, read_rdv or read_rdv_endp" \
		raw send_rdv recv_rdv read_rdv read_rdv_endp write -- send "" RAW rdv
	limits cc_mode "cc_mode: none, window, delay or dcqcn" window delay dcqcn none -- "" swift off
	limits loss_recovery "loss_recovery: go_back_n or selective" selective go_back_n -- "" none
	limits icrc_order "icrc_order: roce or gaudi" gaudi roce -- "" GAUDI
	limits encap "encap: none, ipv4 or udp" ipv4 udp none -- "" UDP gre
	limits encap_header "encap_header: 0, 4, 8 or 12 bytes, in hexadecimal digits" \
		00000800 0123456789abcdefABCDEF01 "" -- 0 000008 0000080g "0x000800" 00000800000008
	limits peer_ip "peer_ip: a unicast IPv4 or IPv6 address, or empty" \
		192.0.2.2 2001:db8::2 "" -- 192.0.2 192.0.2.2.2 224.0.0.1 255.255.255.255 \
		0.0.0.0 127.0.0.1 ff02::1 :: ::1 host 192.0.2.2/24 " 192.0.2.2"
	limits local_ip "local_ip: a unicast IPv4 or IPv6 address, or empty" \
		192.0.2.1 2001:db8::1 "" -- 239.1.1.1 nonsense
	limits peer_ip_token "peer_ip_token: the lower 64 bits of an IPv6 address, or empty" \
		::1 ::a1ff:fe00:101:2 "" -- :: 2001:db8::1 ::1:0:0:0:0 192.0.2.1 ::x
	limits local_ip_token "local_ip_token: the lower 64 bits of an IPv6 address, or empty" \
		::ffff:ffff:ffff:ffff "" -- ::1/64
	limits peer_mac "peer_mac: a unicast Ethernet address, or empty" \
		02:00:00:00:00:01 "" -- 01:00:00:00:00:01 00:00:00:00:00:00 \
		02:00:00:00:00 02:00:00:00:00:01:02 02-00-00-00-00-01 ff:ff:ff:ff:ff:ff
	# 31 characters are devlink's limit
	expect_fail param_set "$SF" peer_ip 2001:0db8:0000:0000:0000:0000:0000:0002
}

keys_are_secret() {
	with_group
	param_set "$SF" local_key 4294967295
	param_set "$SF" remote_key 305419896
	expect local_key "$(param_get "$SF" local_key)" = 0
	expect remote_key "$(param_get "$SF" remote_key)" = 0
}

qpn_base_is_reported() {
	with_group
	expect_refused "gnic: qpn_base is reported, it can't be set" param_set "$SF" qpn_base 5000
}

wrong_mode() {
	with_group
	expect_fail param_set "$SF" qp_count 4 driverinit
	expect_fail param_set "$SF" qp_count 4 permanent
	expect_fail param_set "$SF" no_such_param 4
	expect qp_count "$(param_get "$SF" qp_count)" = 1
}

only_while_inactive() {
	local name value

	with_group
	param_set "$SF" qp_type raw
	group_state "$CARD" 3 active
	while read -r name value; do
		expect_refused "the function is active: parameters change while it is inactive" \
			param_set "$SF" "$name" "$value"
	done <<-'END'
		qp_type write
		qp_count 2
		qp_wq_depth 512
		qp_rdv_depth 2048
		qp_path_mtu 2048
		qp_retry_timeout 3
		qp_adaptive_timeout true
		qp_retry_count 3
		qp_rnr_retry 3
		priority 1
		loopback true
		peer_ip 192.0.2.9
		peer_ip_token ::9
		peer_mac 02:00:00:00:00:09
		peer_qpn_base 9
		local_ip 192.0.2.8
		local_ip_token ::8
		udp_sport 50000
		cc_mode window
		cc_window 9
		cc_target_delay 9
		loss_recovery selective
		icrc_order gaudi
		encap udp
		encap_protocol 9
		encap_udp_port 9
		encap_header 00000000
		local_key 9
		remote_key 9
	END
	group_state "$CARD" 3 inactive
	param_set "$SF" qp_count 2
}

drain_time() {
	local eth

	eth=$(eth_of "$CARD")
	expect default "$(param_get "$eth" qp_drain_time_ms)" = 5000
	defer param_set "$eth" qp_drain_time_ms 5000
	param_set "$eth" qp_drain_time_ms 0
	expect least "$(param_get "$eth" qp_drain_time_ms)" = 0
	param_set "$eth" qp_drain_time_ms 60000
	expect most "$(param_get "$eth" qp_drain_time_ms)" = 60000
	expect_refused "gnic: qp_drain_time_ms: 0 to 60000" param_set "$eth" qp_drain_time_ms 60001
}

max_sfs_restore() {
	param_set "$CARD" max_sfs 1024 driverinit
	devlink dev reload "$CARD"
}

max_sfs() {
	expect_refused "gnic: max_sfs: 0 to 1024" param_set "$CARD" max_sfs 1025 driverinit
	param_set "$CARD" max_sfs 2 driverinit
	defer max_sfs_restore
	devlink dev reload "$CARD"
	mode_set "$CARD" switchdev
	defer mode_set "$CARD" legacy
	group_add "$CARD" 1
	group_add "$CARD" 2
	expect_refused "gnic: the card has at most 2 functions (max_sfs)" \
		devlink port add "$CARD" flavour pcisf pfnum 0 sfnum 3
}

need_cards 1
guest_main group_defaults group_numbers group_words keys_are_secret qpn_base_is_reported \
	wrong_mode only_while_inactive drain_time max_sfs
