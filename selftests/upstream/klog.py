# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's log since a moment. By time, not by lines: a program may write
more than the log holds."""
import re

import topology

BAD = re.compile(r"WARNING|BUG:|Oops|RIP:|Call Trace|ref_tracker:|refcount_t|"
                 r"unregister_netdevice: waiting|DMA-API|general protection|"
                 r"page_pool.*stalled|NETDEV WATCHDOG")
STAMP = re.compile(r"^\[\s*(\d+\.\d+)\]")


def entries():
    """(time, line) of all that is there."""
    for line in topology.sh("dmesg").splitlines():
        stamp = STAMP.match(line)
        if stamp:
            yield float(stamp.group(1)), line


def mark():
    """The time of the last line: the log's clock is nobody else's."""
    return max((time for time, _ in entries()), default=0)


def complaints(since):
    """Lines that are a failure, whatever a program says."""
    return [line for time, line in entries()
            if time > since and BAD.search(line)]
