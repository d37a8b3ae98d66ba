# SPDX-License-Identifier: GPL-2.0-only
"""What a program of the suite has printed, as cases with a verdict.

Three dialects: TAP, the "TEST: what [ OK ]" of the shell libraries, and the
"PASS: what" of the oldest scripts. The first that shows up is the one."""
import re

TAP = re.compile(r"^(not )?ok \d+\s*(?:- )?(.*?)\s*(?:#\s*(SKIP|XFAIL|TODO)\b\s*(.*))?$")
PLAN = re.compile(r"^1\.\.(\d+)")
SHELL = re.compile(r"^TEST: (.*?)\s*\[\s*(OK|FAIL|SKIP|XFAIL)\s*\]")
WORD = re.compile(r"^(PASS|FAIL|SKIP|XFAIL): (.*)$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Cases:
    """Cases of one run of a program, in order: name -> (verdict, reason)."""

    def __init__(self, stem):
        self.stem = stem
        self.results = {}
        self.plan = None
        self.last = ""

    def feed(self, line):
        """Take a line of output."""
        line = COLOUR.sub("", line).rstrip()
        plan = PLAN.match(line)
        if plan:
            self.plan = int(plan.group(1))
        if line:
            self.last = line.lstrip("# ")
        for parse in (self.tap, self.shell, self.word):
            if parse(line):
                return

    def add(self, name, verdict, reason=""):
        """Names that come twice are told apart by a number."""
        name = re.sub(rf"^{re.escape(self.stem)}\.", "", name.strip())
        name = re.sub(r"^(PASS|FAIL|SKIP): ", "", name) or "-"
        count, unique = 1, name
        while unique in self.results:
            count += 1
            unique = f"{name} ({count})"
        self.results[unique] = (verdict, reason)

    def tap(self, line):
        """ok 1 stem.case # SKIP reason"""
        found = TAP.match(line)
        if not found:
            return False
        failed, name, directive, reason = found.groups()
        verdict = "FAIL" if failed else "PASS"
        if directive and directive != "TODO":
            verdict = directive
        if directive and not name:	# xskxceiver has them the other way round
            name, reason = reason, ""
        self.add(name, verdict, reason or "")
        return True

    def shell(self, line):
        """TEST: case   [ OK ]"""
        found = SHELL.match(line)
        if found:
            self.add(found.group(1), found.group(2).replace("OK", "PASS"))
        return bool(found)

    def word(self, line):
        """PASS: case"""
        found = WORD.match(line)
        if found and self.plan is None:
            self.add(found.group(2), found.group(1))
        return bool(found)

    def failed(self):
        """Names of the cases that failed."""
        return [name for name, (verdict, _) in self.results.items()
                if verdict == "FAIL"]

    def close(self, status, expired):
        """The program's own end is a case as well if the others do not
        account for it."""
        if expired:
            self.add("-", "FAIL", "timed out")
        elif status < 0:
            self.add("-", "FAIL", f"killed by signal {-status}")
        elif self.plan is not None and len(self.results) < self.plan:
            self.add("-", "FAIL", f"{len(self.results)} of {self.plan} cases")
        elif status == 4 and not self.results:
            self.add("-", "SKIP", self.last)
        elif status == 2 and not self.results:
            self.add("-", "XFAIL", self.last)
        elif status not in (0, 2, 4) and not self.failed():
            self.add("-", "FAIL", f"exit status {status}: {self.last}")
        elif not self.results:
            self.add("-", "PASS")
