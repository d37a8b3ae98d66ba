# SPDX-License-Identifier: GPL-2.0-only
# The guest as QEMU sees it, and the job that its PID 1 runs.
# shellcheck shell=bash

# /dev/kvm alone is no proof: a processor without these flags has no KVM.
guest_accel() {
	local accel=${LAB_ACCEL:-tcg} threads=multi

	if [ -z "${LAB_ACCEL:-}${OPT_SLOW}" ] && [ -w /dev/kvm ] &&
		grep -q -w -E '^flags.*(vmx|svm)' /proc/cpuinfo; then
		accel=kvm
	fi
	if [ -n "$OPT_ICOUNT" ]; then
		accel=tcg threads=single
		echo -icount "shift=$OPT_ICOUNT,sleep=on"
	fi
	case $accel in
	kvm) echo -accel kvm -cpu host ;;
	# With x2apic and tsc-deadline 6.12 stalls in RCU as soon as it has two vCPUs. Where
	# string instructions are said to be fast, all memory is copied and cleared by them,
	# and here they take a step a byte.
	tcg)
		echo -accel "tcg,thread=$threads" \
			-cpu max,-x2apic,-tsc-deadline,-erms,-fsrm,-fzrm,-fsrs,-fsrc
		;;
	*) die "LAB_ACCEL is kvm or tcg, not '$accel'" ;;
	esac
}

# The kernel log must be complete, and a broken kernel must stop at once. Of a slow clock
# it would say that its interrupts are missing: it waits for them by counting cycles.
guest_append() {
	echo console=ttyS0 ignore_loglevel oops=panic panic=-1 \
		mitigations=off rcupdate.rcu_cpu_stall_timeout=60 \
		net.ifnames=0 ${OPT_SLOW:+no_timer_check} \
		${OPT_KDUMP:+retain_initrd crashkernel=384M} "${LAB_APPEND:-}"
}

# guest_job: a script for the guest's shell.
guest_job() {
	local pair

	for pair in "${OPT_ENV[@]}"; do
		printf 'export %q=%q\n' "${pair%%=*}" "${pair#*=}"
	done
	printf 'cd %q 2>/dev/null || cd %q\n' "$PWD" "$LAB_TREE"
	guest_job_nics "$OPT_NIC"
	if [ "$OPT_CARDS" -gt 0 ] && [ -z "$OPT_NO_LOAD" ]; then
		printf 'sh %q || exit\n' "$LAB_DIR/load-driver.sh"
	fi
	[ "$1" != shell ] || guest_job_terminal
	if [ ${#OPT_COMMAND[@]} -eq 0 ]; then
		echo 'exec bash -i'
	else
		printf 'exec'
		printf ' %q' "${OPT_COMMAND[@]}"
	fi
}

guest_job_terminal() {
	local rows cols

	printf 'export TERM=%q\n' "${TERM:-dumb}"
	read -r rows cols < <(stty size 2>/dev/null) || return 0
	printf 'stty rows %d cols %d\n' "$rows" "$cols"
}

# guest_nics LIST: two of each model, joined by a hub. Each is alone behind a
# port of its own: igb lays claim to the slots where its functions would be.
guest_nics() {
	local model end device hub=0

	for model in ${1//,/ }; do
		device=$model
		[ "$model" != virtio ] || device=virtio-net-pci
		for end in a b; do
			printf '%s\n' -netdev "hubport,id=nic$hub$end,hubid=$hub" \
				-device "pcie-root-port,id=port$hub$end,chassis=$hub$((16#$end))" \
				-device "$device,bus=port$hub$end,netdev=nic$hub$end,mac=52:54:00:00:0$hub:0$end,romfile="
		done
		hub=$((hub + 1))
	done
}

guest_job_nics() {
	local drivers=${1//,/ }

	[ -z "$drivers" ] || echo "modprobe --all ${drivers//virtio/virtio_net}"
}

# guest_terminal MODE DIR: where the job's output goes.
guest_terminal() {
	if [ "$1" = shell ]; then
		printf '%s\n' -chardev stdio,id=output,signal=off \
			-device virtconsole,chardev=output
	else
		printf '%s\n' -chardev "file,id=output,path=$2/output" \
			-device virtserialport,chardev=output,name=lab.output
	fi
}

# guest_cache MODE: what the guest keeps of the work tree. To ask the host for each name, each
# time, costs its processors milliseconds. But who sits in a guest changes files on the
# host meanwhile, and wants to see that.
guest_cache() {
	case $1 in
	shell) echo mmap ;;
	*) echo loose ;;
	esac
}

# guest_arguments MODE DIR RELEASE INITRD: one a line.
guest_arguments() {
	local mode=$1 dir=$2

	# shellcheck disable=SC2046,SC2086 # words on purpose
	printf '%s\n' -nodefaults -no-user-config -no-reboot -display none \
		-name gnic-lab -machine q35,memory-backend=mem \
		$(guest_accel) -smp "$OPT_SMP" -m "$OPT_MEM" \
		-object "memory-backend-memfd,id=mem,size=${OPT_MEM}M,share=on" \
		-kernel "$LAB_ROOT/boot/vmlinuz-$3" -initrd "$4" \
		-append "$(guest_append)" \
		-serial "file:$dir/console.log" \
		-fw_cfg "name=opt/gnic-lab/tree,file=$dir/tree" \
		-fw_cfg "name=opt/gnic-lab/job,file=$dir/job" \
		-fw_cfg "name=opt/gnic-lab/cache,string=$(guest_cache "$mode")" \
		-drive "if=none,id=root,format=raw,readonly=on,file=$LAB_IMAGE" \
		-device virtio-blk-pci,drive=root \
		-fsdev "local,id=tree,path=$LAB_TREE,security_model=none,readonly=on,multidevs=remap" \
		-device virtio-9p-pci,fsdev=tree,mount_tag=tree \
		-device virtio-serial-pci \
		-chardev "file,id=result,path=$dir/result" \
		-device virtserialport,chardev=result,name=lab.result
	guest_terminal "$mode" "$dir"
	guest_nics "$OPT_NIC"
	cards_arguments "$dir"
	# shellcheck disable=SC2086 # words on purpose
	[ -z "${LAB_QEMU_ARGS:-}" ] || printf '%s\n' ${LAB_QEMU_ARGS}
}
