#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lldpad at both ends of a cable, as in a switch and in a host: by DCBX the host's port gets
# the classes, the priorities without loss and the DSCPs that the switch says. Topology:
# lib/devlink.sh (Documentation/interop.rst). Kernels: one

. "$(dirname "$0")/../lib/devlink.sh"

WORK=/tmp/lldpad
ETS="tsa=0:ets,1:ets,2:strict up2tc=0:0,1:0,2:1,3:1,4:2,5:2,6:2,7:2 tcbw=40,60,0,0,0,0,0,0"

# agent CONFIG: what two of them would have in common each has for itself
agent() {
	exec unshare --ipc --mount \
		sh -c 'mount -t tmpfs none /dev/shm && exec lldpad -p -f "$1"' sh "$1"
}

far() {
	command ip netns exec "$PEER" "$@"
}

# agents: of both ends, which speak; their settings end with them
agents() {
	mkdir -p "$WORK"
	defer rm -rf "$WORK"
	defer dcb_default "$DEV"
	defer far bash -c "$(declare -f dcb_default); dcb_default $PEER_DEV"
	background agent "$WORK/near.conf"
	peer_background bash -c "$(declare -f agent); agent $WORK/far.conf"
	wait_for 10 lldptool set-lldp -i "$DEV" adminStatus=rxtx
	wait_for 10 far lldptool set-lldp -i "$PEER_DEV" adminStatus=rxtx
}

dcb_default() {
	dcb app flush dev "$1"
	dcb pfc set dev "$1" prio-pfc all:off
	dcb ets set dev "$1" tc-tsa all:strict tc-bw all:0 \
		prio-tc 0:0 1:1 2:2 3:3 4:4 5:5 6:6 7:7
}

# switch_says TLV WORD...: the far end, which does not want to be told anything
switch_says() {
	far lldptool -T -i "$PEER_DEV" -V "$1" enableTx=yes "${@:2}" >/dev/null
}

host_is_willing() {
	lldptool -T -i "$DEV" -V "$1" enableTx=yes willing=yes >/dev/null
}

# has OBJECT TEXT: of our port
has() {
	[[ $(dcb "$1" show dev "$DEV") == *"$2"* ]]
}

host_does_what_the_switch_says() {
	agents
	# shellcheck disable=SC2086 # words on purpose
	switch_says ETS-CFG willing=no $ETS
	# shellcheck disable=SC2086
	switch_says ETS-REC $ETS
	switch_says PFC willing=no enabled=3
	switch_says APP app=3,5,18
	host_is_willing ETS-CFG
	host_is_willing PFC
	wait_for 20 has ets "tc-tsa 0:ets 1:ets 2:strict"
	wait_for 5 has ets "tc-bw 0:40 1:60 2:0"
	wait_for 5 has ets "prio-tc 0:0 1:0 2:1 3:1 4:2"
	wait_for 5 has pfc "2:off 3:on 4:off"
	wait_for 5 has app "AF21:3"
	switch_says PFC enabled=4,5
	wait_for 20 has pfc "3:off 4:on 5:on 6:off"
}

switch_up
trap switch_down EXIT
guest_main host_does_what_the_switch_says
