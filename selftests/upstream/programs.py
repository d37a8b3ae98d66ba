# SPDX-License-Identifier: GPL-2.0-only
"""The table of programs, and what of it a command line wants."""
import os
import re

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")


class Program:
    """One row: how a program of the suite is run."""

    def __init__(self, name, topology="remote", seconds="600", quick="",
                 arguments="", cases=""):
        self.name = name
        self.topology = topology
        self.seconds = int(seconds)
        self.quick = quick == "quick"
        self.arguments = arguments.split()
        self.cases = cases

    @property
    def folder(self):
        """Where it is run from, below the suite."""
        return os.path.dirname(self.name)

    @property
    def file(self):
        """Of rows that differ in their arguments, the common part."""
        base = os.path.basename(self.name)
        return base.split("-")[0] if self.folder == "bpf" else base

    @property
    def stem(self):
        """With it the names of its cases begin."""
        return os.path.splitext(self.file)[0]


def table():
    """All rows of the file."""
    rows = []
    with open(TABLE, encoding="utf-8") as lines:
        for line in lines:
            line = line.split("#")[0].strip()
            if line:
                rows.append(Program(*[cell.strip()
                                      for cell in line.split("|")]))
    return rows


def matches(program, word):
    """A word is the whole name, its last part, or a regular expression."""
    return (word in (program.name, os.path.basename(program.name)) or
            re.search(word, program.name) is not None)


def select(words, quick=False):
    """Rows that any of the words means; all without words. A name that is in
    no row is a program of the suite nevertheless."""
    rows = [row for row in table() if row.quick or not quick]
    if not words:
        return rows
    chosen = [row for row in rows if any(matches(row, word) for word in words)]
    for word in words:
        if not any(matches(row, word) for row in rows) and "/" in word:
            chosen.append(Program(word))
    return chosen
