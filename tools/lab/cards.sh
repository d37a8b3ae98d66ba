# SPDX-License-Identifier: GPL-2.0-only
# The model's life beside a guest: vgaudi starts before QEMU, because QEMU
# connects to its sockets, and ends after it.
# shellcheck shell=bash

LAB_VGAUDI=${LAB_VGAUDI:-$LAB_TREE/build/vgaudi/vgaudi}
CARDS_PID=
CARDS_STATUS=
CARDS_FAULT=
CARDS_STOP_MAX=20	# seconds

# cards_start DIR: sockets card0.sock, card1.sock ... and control in DIR.
cards_start() {
	local arguments clock

	[ "$OPT_CARDS" -gt 0 ] || return 0
	[ -x "$LAB_VGAUDI" ] ||
		die "no $LAB_VGAUDI: build it, or use --cards 0"
	arguments=(--cards "$OPT_CARDS" --socket-dir "$1" --control "$1/control")
	[ -z "$OPT_PORTS" ] || arguments+=(--ports "$OPT_PORTS")
	[ -z "$OPT_TOPOLOGY" ] || arguments+=(--topology "$OPT_TOPOLOGY")
	# shellcheck disable=SC2206 # words on purpose
	arguments+=(${LAB_VGAUDI_ARGS:-})
	mapfile -t clock < <(clock_words)
	in_root_exec "${WITH_US[@]}" "${clock[@]}" "$LAB_VGAUDI" "${arguments[@]}" \
		</dev/null >"$1/vgaudi.log" 2>&1 &
	CARDS_PID=$!
	cards_wait "$1"
}

cards_wait() {
	local tries last=$(("$OPT_CARDS" - 1))

	for ((tries = 0; tries < 100; tries++)); do
		[ -S "$1/card$last.sock" ] && [ -S "$1/control" ] && return
		kill -0 "$CARDS_PID" 2>/dev/null || break
		sleep 0.1
	done
	say "vgaudi gave no sockets:"
	tail -n 20 "$1/vgaudi.log" | quote_lines
	exit "$EXIT_LAB"
}

# False when the model died under the guest, which nobody asked it to, or does not end
# when it is told to, or not well.
cards_stop() {
	local end=$((SECONDS + CARDS_STOP_MAX))

	[ -n "$CARDS_PID" ] || return 0
	CARDS_FAULT="did not end well"
	kill -TERM "$CARDS_PID" 2>/dev/null || CARDS_FAULT="died under the guest"
	while [ $SECONDS -lt $end ] && kill -0 "$CARDS_PID" 2>/dev/null; do
		sleep 0.1
	done
	kill -KILL "$CARDS_PID" 2>/dev/null
	wait "$CARDS_PID" 2>/dev/null
	CARDS_STATUS=$?
	CARDS_PID=
	[ "$CARDS_FAULT" = "did not end well" ] && [ $CARDS_STATUS -eq 0 ]
}

# The first card has the slot where stock tools look for a devlink device;
# the one behind it stays free for a card that is plugged in by hand.
cards_address() {
	printf '0x%x' $(($1 == 0 ? 0x10 : 0x11 + $1))
}

# A device with a structured property can be told in JSON only.
# cards_device SOCKET BUS ADDRESS
cards_device() {
	printf '{"driver": "vfio-user-pci", "bus": "%s", "addr": "%s",' "$2" "$3"
	printf ' "socket": {"type": "unix", "path": "%s"}}\n' "$1"
}

# cards_behind_a_port DIR I: it has a bus of its own then. Of a faster port the
# kernel wants to see its link come up again after a reset, which QEMU never shows.
cards_behind_a_port() {
	echo -device
	printf 'pcie-root-port,id=card%d,chassis=%d,addr=%s,x-speed=5\n' "$2" $((200 + $2)) \
		"$(cards_address "$2")"
	echo -device
	cards_device "$1/card$2.sock" "card$2" 0
}

# cards_arguments DIR: QEMU's, one a line.
cards_arguments() {
	local i

	[ "$OPT_CARDS" -gt 0 ] || return 0
	for ((i = 0; i < OPT_CARDS; i++)); do
		if [ -n "$OPT_ROOT_PORT" ]; then
			cards_behind_a_port "$1" "$i"
		else
			echo -device
			cards_device "$1/card$i.sock" pcie.0 "$(cards_address "$i")"
		fi
	done
	printf '%s\n' -chardev "socket,id=control,path=$1/control" \
		-device virtserialport,chardev=control,name=vgaudi.control
}
