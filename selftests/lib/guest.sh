# SPDX-License-Identifier: GPL-2.0-only
# For tests in the guest: KTAP, defer, and the two ends of a cable.
# shellcheck shell=bash
#
# A test is a function; guest_main runs the ones it is given, each in a
# subshell with "set -e", so that whatever fails ends the test. What defer
# was told runs when the test ends, last first.
#
#   +--- default namespace ---+     +--- namespace $PEER ---+
#   |  $DEV  192.0.2.1/24     |     |  $PEER_DEV            |
#   |        2001:db8::1/64   +-----+  192.0.2.2/24         |
#   |  port 0 of the card     |cable|  2001:db8::2/64       |
#   +-------------------------+     +-----------------------+

EXIT_SKIP=4
PEER=gnic-peer
# shellcheck disable=SC2034 # for tests
TREE=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
CONTROL=/dev/virtio-ports/vgaudi.control
DEFERRED=()

# What a command costs is mostly that it starts: 30 ms of an emulated processor. So what
# tests do all the time is done by the shell itself.

# Nobody writes there.
exec {NEVER}<> <(:)

sleep() {
	read -r -t "$1" -u "$NEVER" _ || :
}

# defer COMMAND...: run it when the test ends.
defer() {
	DEFERRED=("$(printf ' %q' "$@")" "${DEFERRED[@]}")
}

deferred_run() {
	local command

	set +e
	for command in "${DEFERRED[@]}"; do
		eval "$command" >/dev/null 2>&1
	done
}

# apart COMMAND...: what it defers runs when it ends, whether it fails or not. Not in
# a list of ||, where "set -e" means nothing.
apart() {
	(
		trap deferred_run EXIT
		DEFERRED=()
		set -e
		"$@"
	)
}

note() {
	printf '# %s\n' "$*"
}

# fail WHY: ends the test; also where somebody wants to hear something else.
fail() {
	note "$@" >&2
	exit 1
}

skip() {
	note "SKIP: $*"
	exit $EXIT_SKIP
}

# expect WHAT A OP B: compare, as test(1) does.
expect() {
	test "$2" "$3" "$4" || fail "$1: $2 is not $3 $4"
}

# expect_fail COMMAND...: a negative case.
expect_fail() {
	if "$@" >/dev/null 2>&1; then
		fail "succeeded, must not: $*"
	fi
}

# expect_refused SENTENCE COMMAND...: it fails, and says why
expect_refused() {
	local sentence=$1 said

	shift
	if said=$("$@" 2>&1); then
		fail "succeeded, must not: $*"
	fi
	[[ $said == *"$sentence"* ]] || fail "\"$*\" said: $said; not: $sentence"
}

# expect_logged SENTENCE COMMAND...: it fails, and the kernel's log says why
expect_logged() {
	local sentence=$1

	shift
	dmesg -C
	expect_fail "$@"
	dmesg | grep -qF "$sentence" || fail "$*: \"$sentence\" is not in the log"
}

# wait_for SECONDS COMMAND...: until it succeeds. That is what an idle machine may
# take; a busy one gets four times as much.
wait_for() {
	local end=$((SECONDS + 4 * $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "not in time: $*"
		sleep 0.1
	done
}

# Netdevs of physical ports, in the order of cards and ports.
port_devs() {
	local card dev port ports

	for card in /sys/bus/pci/drivers/gnic/????:*; do
		ports=()
		for dev in "$card"/net/*; do
			[ -e "$dev" ] || continue
			read -r port <"$dev/dev_port"
			ports[port]+=${dev##*/}$'\n'
		done
		printf %s "${ports[@]}"
	done
}

# A shell of its own would get a view of sysfs to mount; ip(8) needs none.
peer() {
	if [ "$1" = ip ]; then
		command ip -n "$PEER" "${@:2}"
	else
		command ip netns exec "$PEER" "$@"
	fi
}

# background COMMAND..., peer_background COMMAND...: until the test ends, or
# somebody kills $BACKGROUND. Keeps no pipe of the test open.
background() {
	"$@" >/dev/null 2>&1 &
	BACKGROUND=$!
	defer kill "$BACKGROUND"
}

peer_background() {
	background command ip netns exec "$PEER" "$@"
}

# listens t|u PORT, peer_listens t|u PORT: somebody does, for TCP or UDP
listens() {
	ss "-Hln$1" "sport = $2" | grep -q .
}

peer_listens() {
	peer ss "-Hln$1" "sport = $2" | grep -q .
}

# Both ends up, addressed, in namespaces of their own. As it was afterwards.
topology_up() {
	mapfile -t PORTS < <(port_devs)
	[ ${#PORTS[@]} -ge 2 ] || skip "needs two ports"
	DEV=${PORTS[0]} PEER_DEV=${PORTS[1]}
	ip netns add "$PEER"
	ip link set "$PEER_DEV" netns "$PEER"
	ip addr add 192.0.2.1/24 dev "$DEV"
	ip link set "$DEV" up
	ip addr add 2001:db8::1/64 dev "$DEV" nodad
	peer ip link set lo up
	peer ip addr add 192.0.2.2/24 dev "$PEER_DEV"
	peer ip link set "$PEER_DEV" up
	peer ip addr add 2001:db8::2/64 dev "$PEER_DEV" nodad
	sysctl -q -w "net.ipv6.conf.$DEV.keep_addr_on_down=1"
	peer sysctl -q -w "net.ipv6.conf.$PEER_DEV.keep_addr_on_down=1"
	wait_for 10 carrier_up
}

# A namespace lives as long as a connection in it is dying: the port leaves first.
topology_down() {
	ip -n "$PEER" link set "$PEER_DEV" down
	ip -n "$PEER" link set "$PEER_DEV" netns 1
	ip netns del "$PEER"
	ip link set "$DEV" down
	ip addr flush dev "$DEV"
	wait_for 5 test -e "/sys/class/net/$PEER_DEV"
}

# carrier_is 0|1: of $DEV; one that is down has none to read
carrier_is() {
	local now=

	read -r now <"/sys/class/net/$DEV/carrier" || :
	[ "$now" = "$1" ]
}

carrier_up() {
	carrier_is 1 && [[ $(peer ip link show dev "$PEER_DEV") == *[,\<]LOWER_UP[,\>]* ]]
}

ping_works() {
	ping -c 3 -i 0.05 -W 2 -q "$@" 192.0.2.2 >/dev/null
}

ping6_works() {
	ping -c 3 -i 0.05 -W 2 -q "$@" 2001:db8::2 >/dev/null
}

# stat DEV NAME: of /sys/class/net; qstat: sum by netlink.
stat() {
	local value

	read -r value <"/sys/class/net/$1/statistics/$2" && echo "$value"
}

ethtool_stat() {
	ethtool -S "$1" | awk -v name="$2:" '$1 == name { print $2 }'
}

# model COMMAND [ARG...]: a JSON line to vgaudi, its answer.
model() {
	local answer

	exec {control}<>"$CONTROL"
	printf '%s\n' "$1" >&"$control"
	IFS= read -r -t 30 answer <&"$control" || fail "the model does not answer: $1"
	exec {control}>&-
	printf '%s\n' "$answer"
}

# fault MEMBERS: of the command beside "cmd"; until the test ends.
fault() {
	local answer

	answer=$(model "{\"cmd\": \"fault\", $1}")
	[[ $answer == *'"ok":true'* ]] || fail "the model refused: $answer"
	defer fault_clear
}

fault_clear() {
	model '{"cmd": "fault", "kind": "clear"}' >/dev/null
}

# fault_command OPCODE [SKIP]: one such command fails, behind SKIP that do not.
fault_command() {
	local how='"kind": "command", "card": 0, "status": "INTERNAL", "count": 1'

	fault "$how, \"opcode\": \"$1\", \"skip\": ${2:-0}"
}

# silence CARD PORT MS [PRIORITY]: as if the far end of that port asked for it once, for all it
# sends or one priority; of 0 ms: no more. Until the test ends.
silence() {
	fault "\"kind\": \"silence\", \"card\": $1, \"port\": $2, \"ms\": $3${4:+, \"prio\": $4}"
}

# own_card: the devlink instance of the card that $DEV is on
own_card() {
	local device

	device=$(readlink "/sys/class/net/$DEV/device")
	echo "pci/${device##*/}"
}

# compute_of CARD: its compute device, if it has one. After a reset it may be one behind another
# card's: while somebody has the old one open, its number is taken.
compute_of() {
	local device

	for device in "/sys/bus/pci/devices/${1#pci/}"/gnic.accel.*/accel/accel*; do
		[ ! -e "$device" ] || echo "/dev/accel/${device##*/}"
	done
}

# member NAME COMMAND...: the word behind NAME in what devlink prints, or nothing. For what
# tests ask all the time: in a guest jq takes three times as long as the tool that it follows.
member() {
	local pattern="[[:space:]]$1(:[[:space:]]+|[[:blank:]]+)([^[:space:]]+)"

	shift
	if [[ $("$@") =~ $pattern ]]; then
		echo "${BASH_REMATCH[2]}"
	fi
}

# eths_of CARD: the nested instances of its ports
eths_of() {
	devlink -j dev show "$1" | jq -r '.dev[].nested_devlink | keys[] | select(contains("gnic.eth"))'
}

# eth_of CARD: the nested instance of its first port, which may have been bound anew behind others
eth_of() {
	local word first=

	for word in $(devlink dev show "$1"); do
		[[ $word == auxiliary/gnic.eth.* ]] || continue
		[ -n "$first" ] && [ "${first##*.}" -lt "${word##*.}" ] || first=$word
	done
	echo "$first"
}

# receive_buffer INSTANCE BUFFER MEMBER: as its reporter rx says; 0 if it was never used
receive_buffer() {
	devlink -j health diagnose "$1" reporter rx |
		jq "[.[] | .. | objects | select(.buffer == $2) | .$3] | add // 0"
}

# reset_card CARD: the kernel resets the function
reset_card() {
	echo 1 >"/sys/bus/pci/devices/${1#pci/}/reset"
}

# reporter_member INSTANCE REPORTER MEMBER: of what "devlink health show" says
reporter_member() {
	devlink -j health show "$1" reporter "$2" | jq -r ".health[][0].$3"
}

# reporter_state INSTANCE REPORTER
reporter_state() {
	member state devlink health show "$1" reporter "$2"
}

# recoveries CARD
recoveries() {
	reporter_member "$1" fw recover
}

# no_grace CARD: until the test ends it recovers as often as it fails; the last
# failure may have been a moment ago.
no_grace() {
	local grace

	grace=$(reporter_member "$1" fw grace_period)
	devlink health set "$1" reporter fw grace_period 0
	defer devlink health set "$1" reporter fw grace_period "$grace"
}

# recovered_since CARD COUNT: more often
recovered_since() {
	[ "$(recoveries "$1")" -gt "$2" ]
}

# The whole card, as if its firmware had failed; the netdevs stay.
reset_device() {
	local card before

	card=$(own_card)
	before=$(recoveries "$card")
	no_grace "$card"
	devlink health test "$card" reporter fw
	wait_for 20 recovered_since "$card" "$before"
	wait_for 20 carrier_up
}

# queue_limits DEV BYTES: the least that the stack lets each queue hold; with max byte queue
# limits keep nothing away from the device. A queue hears of it with its next completion.
queue_limits() {
	local queue

	for queue in "/sys/class/net/$1/queues/"tx-*; do
		echo "$2" >"$queue/byte_queue_limits/limit_min"
	done
}

# peer_queue_limits DEV BYTES ADDRESS: of a netdev there; its queues have heard, for each
# processor has sent to this address by its own.
peer_queue_limits() {
	peer bash -c "$(declare -f queue_limits)
		queue_limits $1 $2
		for ((cpu = 0; cpu < $(nproc); cpu++)); do
			taskset -c \$cpu ping -c 1 -W 2 -q $3 >/dev/null
		done"
}

# peer_posted: nothing waits in a discipline there
peer_posted() {
	[[ $(peer tc -s qdisc show) != *"backlog "[1-9]* ]]
}

# port_settings: of queues, of what they receive, and of pause and FEC, as ethtool says it of $DEV
port_settings() {
	ethtool -l "$DEV"
	ethtool -g "$DEV"
	ethtool -c "$DEV"
	ethtool -x "$DEV"
	ethtool -n "$DEV"
	ethtool -a "$DEV"
	ethtool --show-fec "$DEV"
}

# has_feature NAME: as ethtool -k calls it, of $DEV.
has_feature() {
	[[ $(ethtool -k "$DEV") == *"$1: on"* ]]
}

# interrupts [QUEUES]: of these queues of $DEV so far, a digit each; of the first two. There may
# have been others, whose vectors are somebody else's, too.
interrupts() {
	awk -v queues="${1:-01}" '$0 ~ "gnic-0[.]0-[" queues "]@" {
		for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum + 0 }' /proc/interrupts
}

# few_buffers USECS: a ring that is short, and looked at so seldom, until the test ends
few_buffers() {
	ethtool -G "$DEV" rx 64
	defer ethtool -G "$DEV" rx 512
	ethtool -C "$DEV" rx-usecs "$1"
	defer ethtool -C "$DEV" rx-usecs 4
}

# Of $DEV.
channels_now() {
	ethtool -l "$DEV" | awk '/^Combined:/ { value = $2 } END { print value }'
}

# Filters of tc on $DEV, until the test ends.
with_clsact() {
	tc qdisc add dev "$DEV" clsact
	defer tc qdisc del dev "$DEV" clsact
}

kernel_log_mark() {
	dmesg | wc -l
}

# A warning of the kernel fails the test during which it came. What has been said by then
# is done with.
kernel_log_clean() {
	! dmesg --read-clear |
		grep -E 'WARNING|BUG:|Oops|Call Trace|general protection|refcount_t|DMA-API'
}

run_one() {
	local number=$1 name=$2 begin=${EPOCHREALTIME/.} status tenths

	apart "$name" 2>&1 | sed -u 's/^\([^#]\)/# \1/'
	status=${PIPESTATUS[0]}
	if ! kernel_log_clean && [ "$status" -ne "$EXIT_SKIP" ]; then
		status=1
	fi
	tenths=$(((${EPOCHREALTIME/.} - begin) / 100000))
	case $status in
	0) echo "ok $number $name # $((tenths / 10)).$((tenths % 10)) s" ;;
	"$EXIT_SKIP") echo "ok $number $name # SKIP" ;;
	*) echo "not ok $number $name" ;;
	esac
	[ "$status" -eq 0 ] || [ "$status" -eq "$EXIT_SKIP" ]
}

# guest_main TEST...: run them; with ONLY="TEST..." in the environment those alone.
guest_main() {
	local number=0 failed=0 name
	local tests=("$@")

	[ -z "${ONLY:-}" ] || read -ra tests <<<"$ONLY"
	dmesg --clear
	echo "KTAP version 1"
	echo "1..${#tests[@]}"
	for name in "${tests[@]}"; do
		number=$((number + 1))
		# not in a list of ||, where "set -e" means nothing
		run_one "$number" "$name"
		failed=$((failed + ($? != 0)))
	done
	[ "$failed" -eq 0 ]
}
