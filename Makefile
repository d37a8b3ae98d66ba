# SPDX-License-Identifier: GPL-2.0-only
#
# Everything is compiled in the lab root and run in the lab's guest: the
# machine itself needs make, git and what "tools/lab/lab setup" asks for.

ifneq ($(words $(CURDIR))$(findstring :,$(CURDIR)),1)
$(error "$(CURDIR)": no kernel module can be built where the path has a blank or a colon)
endif

LAB	:= tools/lab/lab
EXEC	:= $(LAB) exec --
KERNELS	:= 6.12 backports
BUILD	:= $(CURDIR)/build
JOBS	:= $(shell nproc)

all: driver vgaudi libgnic_accel gnicctl collective bpf bench-tools test-programs test-modules

help:
	@echo 'make demo        the main job, step by step, in guests with two cards and eight'
	@echo 'make test        all tests: unit, model, guest on both kernels; those that test the'
	@echo '                 card or a library run on one of them, with EVERY=1 on both'
	@echo "make test-upstream  the kernel's own driver tests, on both kernels"
	@echo 'make bench       figures, as ratios of one run'
	@echo 'make soak        64 GiB of collectives, verified, with flaps and resets'
	@echo 'make check       style, warnings, sparse, both compilers, size budgets'
	@echo 'make             compile all: driver for both kernels, vgaudi, gnicctl, library, bpf'
	@echo 'make shell       a guest with two cards, interactive'
	@echo 'make setup       the lab root alone (the others do it when needed)'
	@echo 'make clean       remove build/; the lab cache stays'

setup:
	@$(LAB) setup

# ---- compile ----

driver: $(KERNELS:%=driver-%)

driver-%: setup
	@$(EXEC) $(MAKE) -j$(JOBS) --no-print-directory -C driver KVER=$*

vgaudi: setup
	@$(EXEC) $(MAKE) -j$(JOBS) --no-print-directory -C tools/vgaudi

libgnic_accel: setup
	@$(EXEC) $(MAKE) --no-print-directory -s -C tools/libgnic_accel

gnicctl: setup
	@$(EXEC) $(MAKE) --no-print-directory -C tools/gnicctl

collective: setup
	@$(EXEC) $(MAKE) --no-print-directory -s -C tools/collective

bpf: setup
	@$(EXEC) $(MAKE) --no-print-directory -C bpf O=$(BUILD)/bpf

test-programs: setup
	@for folder in accel qp xdp; do \
		$(EXEC) $(MAKE) --no-print-directory -C selftests/$$folder \
			O=$(BUILD)/selftests/$$folder || exit 1; \
	done

test-modules: $(KERNELS:%=test-modules-%)

test-modules-%: setup
	@$(EXEC) $(MAKE) --no-print-directory -s -C selftests/module KVER=$*

bench-tools: setup
	@$(EXEC) $(MAKE) --no-print-directory -C tools/bench O=$(BUILD)/bench

# ---- run ----

demo: driver-6.12 vgaudi gnicctl collective bpf
	@tools/demo/demo

test: all
	@selftests/all

test-upstream: driver vgaudi
	@selftests/upstream/both

bench: driver vgaudi gnicctl collective bpf bench-tools test-programs
	@tools/bench/bench

# 64 GiB, ten minutes and more without KVM; SOAK_GIB=1 make soak: less
soak: driver-6.12 vgaudi gnicctl collective
	@LAB_TIMEOUT=$${LAB_TIMEOUT:-20000} $(LAB) run --cards 2 --ports 3 --topology pair --smp 2 \
		--mem 3072 --env SOAK_GIB=$${SOAK_GIB:-64} -- \
		selftests/run --timeout 20000 selftests/collective/soak.sh

check: setup
	@tools/check/check

shell: driver-6.12 vgaudi gnicctl bpf
	@$(LAB) shell --cards 2 --ports 2

clean:
	rm -rf build

.PHONY: all help setup driver vgaudi libgnic_accel gnicctl collective bpf bench-tools test-programs test-modules demo test test-upstream bench soak check shell clean
