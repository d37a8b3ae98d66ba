#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs in the guest: programs of the kernel's suite, one after another.

    guest.py [--suite DIR] [--kernel K] [--driver D] [--quick] [--case GLOB]...
             [--retries N] [PROGRAM...]

As the kernel's own CI does: each in a fresh process, the state of the ports
compared before and after, the kernel's log read, a failure tried once more.
Everything a program prints is passed on, indented; a line at the margin is

    START program
    PASS|FAIL|SKIP|XFAIL program case # reason
    END program seconds
"""
import argparse
import os
import time

import expectation
import klog
import programs
import run_one
import tap
import topology
from state import State

HERE = os.path.dirname(os.path.abspath(__file__))
# A copy: the tree may be built anew while the programs run.
COPY = "/run/tree"
LOADERS = {
    "gnic": ("rmmod gnic_accel gnic", f"sh {COPY}/tools/lab/load-driver.sh"),
}
HUGE_PAGES = 128


def copy_driver():
    """What LOADERS calls."""
    tree = os.path.realpath(f"{HERE}/../..")
    for path in ("tools/lab/load-driver.sh", f"build/{os.uname().release}/*.ko"):
        folder = f"{COPY}/{os.path.dirname(path)}"
        topology.sh(f"mkdir -p {folder} && cp {tree}/{path} {folder}/")


class Judge:
    """What lies around the programs."""

    def __init__(self, args):
        self.args = args
        loader = LOADERS.get(args.driver, (f"modprobe -r {args.driver}",
                                           f"modprobe {args.driver}"))
        self.topology = topology.Topology(args.driver, loader)
        self.state = State(args.suite, self.topology)
        self.foreseen = expectation.failures(args.kernel)

    def attempt(self, program):
        """Once; return cases with those of state and log."""
        self.topology.lay(program.topology)
        self.topology.pin()
        before, log = self.state.take(), klog.mark()
        disciplines = self.state.disciplines()
        arguments = self.topology.arguments(program)
        if program.file.endswith(".py"):
            for case in self.args.case:
                arguments += ["-t", case]
        cases = run_one.run(program, self.args.suite, arguments,
                            self.topology.environment(program))
        # those that are given whole ports do with them what they like
        shared = self.topology.has_remote()
        residue = self.state.residue(before) if shared else []
        for line in residue[:40]:
            print("    # state: " + line, flush=True)
        if residue:
            cases.add("state", "FAIL", f"{len(residue)} lines of residue")
        bad = klog.complaints(log)
        if bad:
            cases.add("kernel-log", "FAIL", bad[0])
        if (cases.failed() or not shared or
                self.state.disciplines() != disciplines):
            self.topology.kind = None	# laid anew for the next one
        return cases

    def attempt_safely(self, program):
        """What goes wrong around a program is its failure, not ours."""
        try:
            return self.attempt(program)
        except (RuntimeError, OSError, KeyError, IndexError) as error:
            self.topology.kind = None
            cases = tap.Cases(program.stem)
            cases.add("-", "FAIL", str(error).replace("\n", " "))
            return cases

    def retry(self, program, first):
        """Worth another try, unless all that failed was foreseen."""
        return any((program.name, name) not in self.foreseen
                   for name in first.failed())

    def judge(self, program):
        """Run it, once more if need be, and say how every case ended."""
        start = time.monotonic()
        print(f"START {program.name}", flush=True)
        cases = self.attempt_safely(program)
        flaky = []
        for _ in range(self.args.retries):
            if not self.retry(program, cases):
                break
            print(f"    # once more: {', '.join(cases.failed())}", flush=True)
            flaky = cases.failed()
            complaint = cases.results.get("kernel-log")
            cases = self.attempt_safely(program)
            # what the kernel has complained of once it has complained of
            if complaint and "kernel-log" not in cases.results:
                cases.add("kernel-log", *complaint)
        for name, (verdict, reason) in cases.results.items():
            if verdict == "PASS" and name in flaky:
                reason = "at the second try"
            print(f"{verdict} {program.name} {name}" +
                  (f" # {reason}" if reason else ""), flush=True)
        print(f"END {program.name} {time.monotonic() - start:.0f}", flush=True)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--suite", default="/ksft")
    parser.add_argument("--kernel", default="backports")
    parser.add_argument("--driver", default="gnic")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--retries", type=int, default=1)
    parser.add_argument("program", nargs="*")
    return parser.parse_args()


def main():
    """All chosen programs."""
    args = arguments()
    topology.sh(f"echo {HUGE_PAGES} >/proc/sys/vm/nr_hugepages")
    if args.driver == "gnic":
        copy_driver()
    judge = Judge(args)
    for name in programs.forgotten(args.suite):
        print(f"FAIL suite {name} # neither in programs nor in left-out",
              flush=True)
    for program in programs.select(args.program, args.quick):
        judge.judge(program)


main()
