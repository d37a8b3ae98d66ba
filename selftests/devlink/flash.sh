#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# devlink dev flash and reload with fw_activate: what is stored, what runs, and
# what is refused without harm. Kernels: one

# shellcheck source=selftests/lib/devlink.sh
. "$(dirname "$0")/../lib/devlink.sh"

IMAGES=/tmp/gnic-images
LOADER=/sys/module/firmware_class/parameters/path

version() {
	devlink -j dev info "$CARD" | jq -r --arg name "$2" ".info[].versions.$1[\$name]"
}

# image NAME OPTION...: a new file
image() {
	local name=$1

	shift
	rm -f "$IMAGES/$name"
	"$TREE/tools/fw/mkfw" "$@" "$IMAGES/$name"
}

flash() {
	local name=$1

	shift
	devlink dev flash "$CARD" file "$name" "$@"
}

# Nothing but firmware may change: lib/devlink_reload.py says why not with devlink(8).
activate_live() {
	"$TREE/selftests/lib/devlink_reload.py" pci "${CARD#pci/}" 2 1
}

# What is stored again, whatever the test did.
factory() {
	image factory --version 1.0.0
	image factory-mgmt --component fw.mgmt --version 1.0.0
	image factory-phy --component fw.phy --version 1.0.0
	cat "$IMAGES/factory-mgmt" "$IMAGES/factory-phy" >>"$IMAGES/factory"
	flash factory
	devlink dev reload "$CARD" action fw_activate
}

reads() {
	devlink -j dev info "$CARD" | jq -c .info[].versions
}

stored_then_running() {
	defer factory
	image new --version 1.2.3
	flash new
	expect "stored fw" "$(version stored fw)" = 1.2.3
	expect "running fw" "$(version running fw)" = 1.0.0
	devlink dev reload "$CARD"
	expect "running fw after driver_reinit" "$(version running fw)" = 1.0.0
	expect "stored fw after a reset" "$(version stored fw)" = 1.2.3
	devlink dev reload "$CARD" action fw_activate
	expect "running fw after fw_activate" "$(version running fw)" = 1.2.3
}

progress() {
	defer factory
	devlink monitor >"$IMAGES/said" &
	defer kill $!
	image new --version 1.0.1 --size 65537
	sleep 1
	flash new
	wait_for 5 grep -q 'flash,end' "$IMAGES/said"
	grep -q 'msg Checking component fw ' "$IMAGES/said" || fail "no check"
	grep -q 'msg Writing component fw done 32768 total 65537' "$IMAGES/said" || fail "no progress"
	grep -q 'msg Writing component fw done 65537 total 65537' "$IMAGES/said" || fail "no end"
	grep -q 'msg Storing component fw ' "$IMAGES/said" || fail "no store"
}

components_of_a_file() {
	defer factory
	image all --component fw.mgmt --version 2.0.1 --size 1001
	"$TREE/tools/fw/mkfw" --component fw.phy --version 3.0.1 --size 77 "$IMAGES/all"
	flash all component fw.phy
	expect "stored fw.mgmt" "$(version stored fw.mgmt)" = 1.0.0
	expect "stored fw.phy" "$(version stored fw.phy)" = 3.0.1
	flash all
	expect "stored fw.mgmt" "$(version stored fw.mgmt)" = 2.0.1
	expect_refused "gnic: the file has no image of component fw" flash all component fw
	expect_fail flash all component nothing
}

# Nothing but firmware changes: the netdev keeps its index, and traffic goes on.
activate_without_reset() {
	local dev index

	defer factory
	dev=$(port_dev "$CARD" 0)
	index=$(cat "/sys/class/net/$dev/ifindex")
	image mgmt --component fw.mgmt --version 1.1.0
	flash mgmt
	activate_live
	expect "running fw.mgmt" "$(version running fw.mgmt)" = 1.1.0
	expect ifindex "$(cat "/sys/class/net/$dev/ifindex")" = "$index"
	image core --version 1.1.0
	flash core
	expect_refused "gnic: the stored core firmware needs a reset: activate it without limit" \
		activate_live
	expect "running fw" "$(version running fw)" = 1.0.0
}

# reloads WHO: of fw_activate with the limit
reloads() {
	devlink -j dev show "$CARD" -s | jq ".dev[].stats.$1.fw_activate.no_reset"
}

reload_is_counted() {
	local before

	before=$(reloads reload)
	activate_live
	expect reloads "$(reloads reload)" -eq $((before + 1))
	expect "reloads by somebody else" "$(reloads remote_reload)" -eq 0
}

# wrong SENTENCE OPTION...
wrong() {
	local sentence=$1 before

	shift
	before=$(reads)
	image wrong --version 1.5.0 "$@"
	expect_refused "gnic: $sentence" flash wrong
	expect "versions after a refusal" "$(reads)" = "$before"
}

bad_images() {
	wrong "this is no gnic firmware image" --break magic
	wrong "the image has a format that the device does not know" --format 2
	wrong "the checksum of the image's header is wrong" --break header
	wrong "the checksum of the image's payload is wrong" --break payload
	wrong "the image is for another board" --board PCIE-GAUDI1
	wrong "the image is for a component that the device does not have" --component 9
	wrong "the size of the image is out of range" --size 0
	wrong "the size of the image is out of range" --size 1048584
	wrong "the image is older than the device accepts" --version 0.9.9
	wrong "the file ends within an image" --break cut
	expect_fail flash not-there
}

# The second of two is bad: the first is not stored either.
all_or_nothing() {
	local before

	before=$(reads)
	image two --component fw.mgmt --version 1.6.0
	"$TREE/tools/fw/mkfw" --component fw.phy --version 1.6.0 --break payload "$IMAGES/two"
	expect_refused "gnic: the checksum of the image's payload is wrong" flash two
	expect versions "$(reads)" = "$before"
}

overwrite_identifiers_refused() {
	image new --version 1.0.1
	expect_refused "gnic: identifiers belong to the board: only settings can be overwritten" \
		flash new overwrite identifiers
	expect "stored fw" "$(version stored fw)" = 1.0.0
}

# The device fails in the middle: what was stored stays.
device_fails() {
	local before

	before=$(reads)
	image new --version 1.7.0
	model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "FW_WRITE", "status": "INTERNAL"}' >/dev/null
	expect_refused "gnic: the device failed to take the image" flash new
	expect versions "$(reads)" = "$before"
	model '{"cmd": "fault", "kind": "command", "card": 0, "opcode": "FW_COMMIT", "status": "INTERNAL"}' >/dev/null
	expect_refused "gnic: the device failed to take the image" flash new
	expect versions "$(reads)" = "$before"
}

need_cards 1
mkdir -p "$IMAGES"
printf %s "$IMAGES" >"$LOADER"
guest_main stored_then_running progress components_of_a_file activate_without_reset reload_is_counted \
	bad_images all_or_nothing overwrite_identifiers_refused device_fails
