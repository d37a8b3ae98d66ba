#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""list.py [--quick] [--clock C | --clocks] [WORD...]: names of the programs that are
meant, of those with clock C, or their clocks."""
import argparse

import programs

parser = argparse.ArgumentParser()
parser.add_argument("--quick", action="store_true")
parser.add_argument("--clock")
parser.add_argument("--clocks", action="store_true")
parser.add_argument("word", nargs="*")
args = parser.parse_args()
chosen = programs.select(args.word, args.quick)
if args.clocks:
    print(*sorted({program.clock for program in chosen},
                  key=lambda clock: (clock != "host", clock)), sep="\n")
else:
    for program in chosen:
        if args.clock in (None, program.clock):
            print(program.name)
