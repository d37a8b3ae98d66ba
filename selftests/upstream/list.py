#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""list.py [--quick] [--clock C] [WORD...]: names of the programs that are meant."""
import argparse

import programs

parser = argparse.ArgumentParser()
parser.add_argument("--quick", action="store_true")
parser.add_argument("--clock", choices=("host", "icount"))
parser.add_argument("word", nargs="*")
args = parser.parse_args()
for program in programs.select(args.word, args.quick):
    if args.clock in (None, program.clock):
        print(program.name)
