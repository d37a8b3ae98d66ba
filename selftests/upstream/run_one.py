# SPDX-License-Identifier: GPL-2.0-only
"""One program of the suite in a process of its own."""
import os
import signal
import subprocess
import threading

import tap
from topology import TOOLS

GRACE = 20	# seconds for a program that was told to end to clean up


def end_group(pid, number):
    """Whatever a program has started ends with it."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        pass


class Watch(threading.Thread):
    """Ends a program when its time is over, politely at first, and whatever
    it left behind, which would hold our end of its output open."""

    def __init__(self, proc, seconds):
        super().__init__(daemon=True)
        self.proc = proc
        self.seconds = seconds
        self.expired = False
        self.start()

    def run(self):
        try:
            self.proc.wait(self.seconds)
        except subprocess.TimeoutExpired:
            self.expired = True
            end_group(self.proc.pid, signal.SIGTERM)
            try:
                self.proc.wait(GRACE)
            except subprocess.TimeoutExpired:
                pass
        end_group(self.proc.pid, signal.SIGKILL)


def command(folder, file):
    """A script without the mode of a program has its first line all the
    same; the kernel's own runner reads it, too. Of a program that is half of
    a test, a tool of its name calls both."""
    path = os.path.join(folder, file)
    if os.path.exists(os.path.join(TOOLS, file)):
        return [os.path.join(TOOLS, file)]
    if os.access(path, os.X_OK):
        return ["./" + file]
    with open(path, encoding="utf-8", errors="replace") as script:
        return script.readline().lstrip("#! ").split() + [file]


def run(program, suite, arguments, environment):
    """Run it, pass on what it prints, and return its cases."""
    cases = tap.Cases(program.stem)
    folder = os.path.join(suite, program.folder)
    with subprocess.Popen([*command(folder, program.file), *arguments],
                          cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace",
                          start_new_session=True) as proc:
        watch = Watch(proc, program.seconds)
        for line in proc.stdout:
            cases.feed(line)
            print("    " + line.rstrip("\n"), flush=True)
        watch.join()
    cases.close(proc.returncode, watch.expired)
    return cases
