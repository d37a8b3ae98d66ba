# SPDX-License-Identifier: GPL-2.0-only
# One guest from start to verdict.
# shellcheck shell=bash

RUN_DIR=
RUN_GUEST=
RUN_GUEST_STATUS=
RUN_RELEASE=
RUN_INITRD=
RUN_WATCHDOG=
RUN_TAIL=
RUN_STTY=
RUN_KEPT=

RUN_GUESTS=3	# at a time
RUN_TIMED_OUT=124	# timeout(1)
RUN_STARTS=3
RUN_START_MAX=120	# seconds; 4 to 7 on an idle machine
RUN_START_SLOW=5	# and so many more for each that --slow says

# Any of these in the kernel's log is a failure, whatever the command said.
RUN_BAD_LOG='WARNING:|\bBUG\b|Oops|RIP:|Call Trace:|Kernel panic'
RUN_BAD_LOG+='|unregister_netdevice: waiting|page_pool.*stalled'
RUN_BAD_LOG+='|refcount_t:|UBSAN|lab: guest failed'

# run_main run|shell ARG...
run_main() {
	local mode=$1 signal

	shift
	option_parse "$@"
	[ "$mode" = shell ] || [ ${#OPT_COMMAND[@]} -gt 0 ] ||
		die "run needs a command: lab run -- CMD..."
	[[ ${LAB_TIMEOUT:-0} =~ ^[0-9]+$ ]] || die "LAB_TIMEOUT is in seconds, not '$LAB_TIMEOUT'"
	root_ensure
	run_slot
	for signal in INT TERM HUP; do
		# shellcheck disable=SC2064 # of this one
		trap "run_interrupted $signal" $signal
	done
	trap run_cleanup EXIT
	run_prepare "$mode"
	run_start "$mode"
	run_follow
	run_verdict "$mode"
}

# Guests that share the processors with too many others only time out. Who has come first
# waits for a place, the others for their turn to do so.
run_slot() {
	local turn said=

	lock_wait "$LAB_CACHE/turn" "$RUN_GUESTS guests are running, and others wait"
	turn=$LAB_LOCK_FD
	until run_slot_free; do
		[ -n "$said" ] || say "$RUN_GUESTS guests are running, waiting"
		said=yes
		sleep 1
	done
	exec {turn}>&-
}

run_slot_free() {
	local slot

	for ((slot = 1; slot <= RUN_GUESTS; slot++)); do
		lock_open "$LAB_CACHE/slot.$slot"
		flock --nonblock "$LAB_LOCK_FD" && return
		lock_drop
	done
	return 1
}

# In /tmp whatever TMPDIR says: the path of a socket must be short.
run_prepare() {
	RUN_RELEASE=$(kernel_release "$OPT_KERNEL") || exit
	RUN_INITRD=$(initrd_ensure "$RUN_RELEASE") || exit
	clock_check
	RUN_DIR=$(mktemp -d /tmp/gnic-lab.XXXXXX) || die "cannot write to /tmp"
	printf %s "$LAB_TREE" >"$RUN_DIR/tree" && guest_job "$1" >"$RUN_DIR/job" ||
		die "cannot write to $RUN_DIR"
}

# An emulated machine can hang in its kernel's first second, rarely, and for
# good. Nothing of the job has run then: it is started once more.
run_start() {
	local left=$RUN_STARTS

	while :; do
		cards_start "$RUN_DIR"
		run_guest "$1"
		[ "$1" != shell ] || return
		! run_comes_up || break
		say "the guest hangs in its start:"
		tail -n 2 "$RUN_DIR/console.log" 2>/dev/null | tr -d '\r' | quote_lines
		kill -KILL "$RUN_GUEST"
		echo "it did not start" >"$RUN_DIR/timeout"
		((--left)) || break
		run_follow
		cards_stop
	done
	run_watch
}

run_guest() {
	local arguments clock

	mapfile -t clock < <(clock_words)
	: >"$RUN_DIR/output"
	: >"$RUN_DIR/result"
	rm -f "$RUN_DIR/timeout"
	mapfile -t arguments < <(guest_arguments "$1" "$RUN_DIR" \
		"$RUN_RELEASE" "$RUN_INITRD")
	if [ "$1" = shell ]; then
		RUN_STTY=$(stty -g 2>/dev/null)
		in_root_exec "${WITH_US[@]}" "${clock[@]}" qemu-system-x86_64 "${arguments[@]}" \
			<&0 2>"$RUN_DIR/qemu.log" &
	else
		in_root_exec "${WITH_US[@]}" "${clock[@]}" qemu-system-x86_64 "${arguments[@]}" \
			</dev/null >"$RUN_DIR/qemu.log" 2>&1 &
	fi
	RUN_GUEST=$!
}

# Until PID 1 is about to run the job, or QEMU has ended.
run_comes_up() {
	local end=$((SECONDS + RUN_START_MAX + RUN_START_SLOW * ${OPT_SLOW:-0}))

	until [ -s "$RUN_DIR/result" ] || ! kill -0 "$RUN_GUEST" 2>/dev/null; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# The output goes through a file, so that a slow reader never holds the
# guest; tail ends when QEMU has.
run_watch() {
	local limit=${LAB_TIMEOUT:-600}

	tail --bytes=+1 --follow --sleep-interval=0.1 --pid="$RUN_GUEST" \
		"$RUN_DIR/output" &
	RUN_TAIL=$!
	(
		trap 'kill "$pid"; exit' TERM
		timeout "$limit" tail --pid="$RUN_GUEST" --follow /dev/null &
		pid=$!
		wait "$pid"
		[ $? -eq $RUN_TIMED_OUT ] || exit
		echo "no end after $limit s" >"$RUN_DIR/timeout"
		kill -KILL "$RUN_GUEST"
	) >/dev/null 2>&1 &
	RUN_WATCHDOG=$!
}

run_follow() {
	# The shell would report a guest that was killed in its own words.
	wait "$RUN_GUEST" 2>/dev/null
	RUN_GUEST_STATUS=$?
	RUN_GUEST=
	[ -z "$RUN_TAIL" ] || wait "$RUN_TAIL"
	RUN_TAIL=
}

# run_verdict MODE: everything that is wrong is said; any of it is a failure.
run_verdict() {
	local status log=$RUN_DIR/console.log complaint=$RUN_DIR/complaint healthy=yes

	status=$(sed -n 's/^lab-result: \([0-9]*\)$/\1/p' \
		"$RUN_DIR/result" 2>/dev/null)
	if ! cards_stop; then
		say "vgaudi $CARDS_FAULT, status $CARDS_STATUS:"
		tail -n 20 "$RUN_DIR/vgaudi.log" | quote_lines
		healthy=
	fi
	# A guest may also report its job and then never come to its end.
	if [ -z "$status" ] || [ "$RUN_GUEST_STATUS" -ne 0 ]; then
		run_no_end "$log" "$status"
		healthy=
	fi
	run_log "$log" | run_excerpt >"$complaint"
	if [ -s "$complaint" ]; then
		say "the guest's kernel complained:"
		quote_lines <"$complaint"
		healthy=
	fi
	[ -n "$healthy" ] || status=$EXIT_GUEST
	run_keep "$1" "$status"
	exit "$status"
}

# run_log LOG: the kernel's, without what it says when it is told to crash
run_log() {
	if [ -n "$OPT_KDUMP" ]; then
		sed '/sysrq: Trigger a crash/,/Linux version/d' "$1" 2>/dev/null
	else
		cat "$1" 2>/dev/null
	fi
}

# Nothing, if the kernel did not complain. The status says nothing: who writes here is
# not read to the end.
run_excerpt() {
	grep -a -m 3 -B 3 -A 25 -E "$RUN_BAD_LOG" | head -n 60 | tr -d '\r'
}

# run_no_end LOG STATUS
run_no_end() {
	say "the guest did not end well," \
		"$(cat "$RUN_DIR/timeout" 2>/dev/null || echo "it died")," \
		"the command ${2:+ended with status }${2:-gave no status}:"
	tail -n 5 "$RUN_DIR/qemu.log" | quote_lines
	tail -n 5 "$1" 2>/dev/null | tr -d '\r' | quote_lines
}

# run_keep MODE STATUS: what a shell ends with is no verdict on anything.
run_keep() {
	case ${LAB_KEEP:+keep},$1,$2 in
	,run,0) return ;;
	,shell,*) [ "$2" -eq "$EXIT_GUEST" ] || return ;;
	esac
	RUN_KEPT=yes
	say "logs are in $RUN_DIR"
}

# On every way out: what we started ends, by pid, and has ended before we do. There is
# nothing in a guest that it could lose.
run_cleanup() {
	local pid

	trap - EXIT
	for pid in $RUN_WATCHDOG $RUN_TAIL; do
		kill -TERM "$pid" 2>/dev/null
	done
	if [ -n "$RUN_GUEST" ]; then
		kill -KILL "$RUN_GUEST" 2>/dev/null
		wait "$RUN_GUEST" 2>/dev/null
		RUN_GUEST=
	fi
	cards_stop
	[ -z "$RUN_STTY" ] || stty "$RUN_STTY"
	[ -n "$RUN_KEPT" ] || rm -rf "$RUN_DIR"
}

# run_interrupted SIGNAL: a shell that waits for us ends, too, only if we end by it.
run_interrupted() {
	run_cleanup
	trap - "$1"
	kill "-$1" "$BASHPID"
}
