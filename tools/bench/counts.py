# SPDX-License-Identifier: GPL-2.0-only
"""Instruction counts of the plugin (insn.c), by phase and module."""
import bisect
import collections

GAP = 1 << 16  # past the last symbol of a module
KERNEL = 1 << 63


def symbol(line):
    """A line "@symbol ADDRESS NAME [MODULE]" of the guest."""
    word = line.split()
    return int(word[1], 16), word[2], word[3].strip("[]")


def read_guest(path):
    """{phase: (driver, case, sent, received)} and the symbols"""
    phases, symbols = {}, []
    with open(path, encoding="ascii", errors="replace") as lines:
        for line in lines:
            word = line.split()
            if line.startswith("@phase"):
                phases[int(word[1])] = (word[2], word[3], int(word[4]), int(word[5]))
            elif line.startswith("@symbol"):
                symbols.append(symbol(line))
    return phases, symbols


def rows(path):
    """(phase, address, instructions)"""
    with open(path, encoding="ascii") as lines:
        for line in lines:
            phase, address, instructions = line.split()
            yield int(phase), int(address, 16), int(instructions)


def by_module(path, symbols):
    """{phase: {module: {function: instructions}}}"""
    symbols = sorted(symbols)
    starts = [s[0] for s in symbols]
    counts = collections.defaultdict(lambda: collections.defaultdict(collections.Counter))
    for phase, address, instructions in rows(path):
        at = bisect.bisect_right(starts, address) - 1
        if at < 0 or address - starts[at] > GAP:
            continue
        _, function, module = symbols[at]
        counts[phase][module][function] += instructions
    return counts


def kernel(path):
    """{phase: instructions of the kernel and all its modules}"""
    counts = collections.Counter()
    for phase, address, instructions in rows(path):
        if address >= KERNEL:
            counts[phase] += instructions
    return counts
