#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""report.py [--kernel K] [--partly] [--control] RESULTS: a table of what ran,
whatever is not as expected, and the sum.

With --partly only some cases of each program ran, none is missed. A control
has no expectations: its verdicts are the environment's. The exit status says
if all is as expected."""
import argparse
import collections
import sys

import expectation

VERDICTS = ("PASS", "FAIL", "SKIP", "XFAIL")


def read(path):
    """Cases of the file, the last run of a case counts."""
    cases = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = expectation.parse(line)
            if row:
                cases[row[1:3]] = (row[0], row[3] or "")
    return cases


def table(cases):
    """A line a program."""
    counts = collections.defaultdict(collections.Counter)
    for (program, _), (verdict, _) in cases.items():
        counts[program][verdict] += 1
    print(f"{'program':42}" + "".join(f"{one:>7}" for one in VERDICTS))
    for program, count in counts.items():
        print(f"{program:42}" + "".join(f"{count[one] or '.':>7}"
                                        for one in VERDICTS))


class Comparison:
    """Results against what is known beforehand."""

    def __init__(self, kernel):
        self.expected = expectation.expected(kernel)
        self.known = expectation.known_failures(kernel)
        self.wrong = list(expectation.unfounded(kernel))
        self.mended = []

    def case(self, key, verdict, reason):
        """One that ran."""
        name = " ".join(key)
        wanted, _ = self.expected.get(key, (None, ""))
        if verdict == "PASS":
            if key in self.known:
                self.mended.append(name)
        elif key in self.known:
            return
        elif wanted != verdict:
            self.wrong.append(f"{verdict} {name}" +
                              (f" # {reason}" if reason else ""))

    def missing(self, cases):
        """Cases that a program had, and has no more."""
        ran = {program for program, _ in cases}
        for key, (verdict, _) in self.expected.items():
            if key[0] in ran and key not in cases and key not in self.known:
                self.wrong.append(f"gone: {' '.join(key)}, was {verdict}")

    def say(self):
        """What somebody has to look at."""
        for line in self.wrong:
            print("unexpected: " + line)
        for name in self.mended:
            print("mended, to be taken off known-failures: " + name)


def summary(cases):
    """The last line."""
    count = collections.Counter(verdict for verdict, _ in cases.values())
    print(f"{count['PASS'] + count['XFAIL']} passed, {count['FAIL']} failed, "
          f"{count['SKIP']} skipped")


def main():
    """Exit status 1 if something is not as expected."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernel", default="backports")
    parser.add_argument("--partly", action="store_true")
    parser.add_argument("--control", action="store_true")
    parser.add_argument("results")
    args = parser.parse_args()
    cases = read(args.results)
    table(cases)
    comparison = Comparison(args.kernel)
    if not args.control:
        for key, (verdict, reason) in cases.items():
            comparison.case(key, verdict, reason)
        if not args.partly:
            comparison.missing(cases)
        comparison.say()
    summary(cases)
    sys.exit(bool(comparison.wrong) or not cases)


main()
