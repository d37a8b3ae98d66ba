#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""list.py [--quick] [WORD...]: names of the programs that are meant."""
import sys

import programs

words = sys.argv[1:]
quick = "--quick" in words
for program in programs.select([word for word in words if word != "--quick"],
                               quick):
    print(program.name)
