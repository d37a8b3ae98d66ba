# SPDX-License-Identifier: GPL-2.0-only
"""The table of programs, what of it a command line wants, and what it lacks."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "programs")
LEFT_OUT = os.path.join(HERE, "left-out")


class Program:
    """One row: how a program of the suite is run."""

    def __init__(self, name, topology="remote", seconds="600", quick="",
                 clock="", arguments="", cases=""):
        self.name = name
        self.topology = topology
        self.seconds = int(seconds)
        self.quick = quick == "quick"
        self.clock = clock or "host"
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


def left_out():
    """Regular expressions of the programs that somebody has left out."""
    with open(LEFT_OUT, encoding="utf-8") as lines:
        return [line.rsplit(" | ", 1)[0].strip() for line in lines
                if " | " in line and not line.startswith("#")]


def forgotten(suite):
    """Programs of the suite that are neither in the table nor left out."""
    known = {os.path.join(row.folder, row.file) for row in table()}
    patterns = left_out()
    with open(os.path.join(suite, "names"), encoding="utf-8") as lines:
        names = lines.read().split()
    return [name for name in names if name not in known and
            not any(re.fullmatch(pattern, name) for pattern in patterns)]


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
