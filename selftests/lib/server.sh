# SPDX-License-Identifier: GPL-2.0-only
# A program that answers a line with a line, as long as the test runs: its start takes a
# second on an emulated processor, an answer does not.
# shellcheck shell=bash

# server_start COMMAND...
server_start() {
	coproc SERVER { exec "$@"; }
	# the ends of a coprocess are closed in subshells, which tests are
	exec {SERVER_ANSWERS}<&"${SERVER[0]}" {SERVER_REQUESTS}>&"${SERVER[1]}"
	exec {SERVER[1]}>&-
}

# server_stop: its sockets may hold a namespace
server_stop() {
	exec {SERVER_REQUESTS}>&-
	wait "$SERVER_PID"
}

# server_ask WORD...
server_ask() {
	local answer

	echo "$@" >&"$SERVER_REQUESTS"
	read -r -t 30 -u "$SERVER_ANSWERS" answer || fail "no answer to: $*"
	echo "$answer"
}
