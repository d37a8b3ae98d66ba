# SPDX-License-Identifier: GPL-2.0-only
"""What is known beforehand of a kernel's cases.

expected/KERNEL: a case a line, "VERDICT program case # reason". A SKIP or an
XFAIL there is owed to the kernel or to the hardware, and says to which.
known-failures/KERNEL: "program case # cause": what is still to be done.
"""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"^(PASS|FAIL|SKIP|XFAIL)\s+(\S+)\s+(.*?)(?:\s+# (.*))?$")
REASONS = ("the kernel's configuration lacks", "the kernel has no",
           "the hardware has no", "Debian has no")


def parse(text):
    """(verdict, program, case, reason), or None."""
    found = LINE.match(text.rstrip("\n"))
    return found.groups() if found else None


def rows(folder, kernel, prefix=""):
    """Lines of a file that say something."""
    path = os.path.join(HERE, folder, kernel)
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = parse(prefix + line) if line.strip()[:1] not in ("", "#") else None
            if row:
                yield row


def expected(kernel):
    """(program, case) -> (verdict, reason)"""
    return {(program, case): (verdict, reason or "")
            for verdict, program, case, reason in rows("expected", kernel)}


def known_failures(kernel):
    """(program, case) -> cause"""
    return {(program, case): cause or "" for _, program, case, cause
            in rows("known-failures", kernel, "FAIL ")}


def failures(kernel):
    """(program, case) of all that is foreseen to fail, whoever is to blame."""
    return set(known_failures(kernel)) | {
        key for key, (verdict, _) in expected(kernel).items() if verdict == "FAIL"}


def excused(verdict, reason):
    """Whatever is no PASS must name one of the few reasons that there are. What
    a distribution lacks is no reason for a FAIL."""
    if verdict == "FAIL":
        return reason.startswith(("the kernel", "the hardware has no"))
    return verdict == "PASS" or reason.startswith(REASONS)
