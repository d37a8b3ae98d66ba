# SPDX-License-Identifier: GPL-2.0-only
"""What is known beforehand of a kernel's cases.

expected/KERNEL: a case a line, "VERDICT program case # reason". What is no PASS is
owed to the kernel or to the hardware, and its reason is of one of KINDS.
known-failures/KERNEL: "program case # cause": what is still to be done.
"""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"^(PASS|FAIL|SKIP|XFAIL)\s+(\S+)\s+(.*?)(?:\s+# (.*))?$")
# Words that a reason begins with, and goes on. No other is taken.
KINDS = ("the kernel's configuration lacks ", "the kernel has no ",
         "the hardware has no ", "no driver passes: ")


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
            if line.strip()[:1] in ("", "#"):
                continue
            row = parse(prefix + line)
            if not row:
                raise ValueError(f"{folder}/{kernel}: {line.strip()}")
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
    """Whatever is no PASS has a reason of one of the kinds that there are."""
    return verdict == "PASS" or any(
        reason.startswith(kind) and len(reason) > len(kind) for kind in KINDS)


def unfounded(kernel):
    """Lines of both files that may not stand there, and why not."""
    seen = set()
    for folder, prefix in (("expected", ""), ("known-failures", "FAIL ")):
        for verdict, program, case, reason in rows(folder, kernel, prefix):
            place = f"{folder}/{kernel}: {program} {case}"
            if (program, case) in seen:
                yield f"{place}: twice"
            seen.add((program, case))
            if folder == "expected" and not excused(verdict, reason or ""):
                yield f"{place}: {verdict} without a reason that is one: {reason}"
