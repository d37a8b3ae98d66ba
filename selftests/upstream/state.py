# SPDX-License-Identifier: GPL-2.0-only
"""The state that a program has to leave as it found it: links, addresses, and
what ethtool and netdev's netlink say of the ports. A program that leaves
residue has failed, whatever its cases say."""
import difflib
import importlib
import json
import os
import sys
import time

from topology import REMOTE, sh

SETTINGS = ("-l", "-g", "-k", "-c", "-a", "-x")
SETTLE = 8	# seconds for what ends by itself: carrier, pages in flight
VOLATILE = {"ifindex", "link_index", "operstate", "flags", "broadcast",
            "valid_life_time", "preferred_life_time", "tentative", "link_netnsid",
            "gso_max_size", "inet6_addr_gen_mode", "txqlen", "promiscuity",
            "allmulti", "refcnt", "dadfailed", "linkmode", "qdisc",
            "rss-hash-key"}	# random, and rss_ctx.py leaves another


def clean(value):
    """Without what may change by itself."""
    if isinstance(value, dict):
        return {key: clean(one) for key, one in value.items()
                if key not in VOLATILE}
    if isinstance(value, list):
        return [clean(one) for one in value]
    return value


def lines(title, text):
    """Of JSON, a line each value: a difference is short then."""
    try:
        text = json.dumps(clean(json.loads(text)), indent=0, sort_keys=True)
    except ValueError:
        pass
    return [f"{title}: {line}" for line in text.splitlines() if line.strip()]


class Netdev:
    """netdev's netlink, by the library that the suite brings."""

    def __init__(self, suite):
        library = os.path.join(suite, "net/lib/ynl/pyynl")
        if library not in sys.path:
            sys.path.insert(0, library)
        self.library = importlib.import_module("lib")
        spec = os.path.join(suite, "net/lib/specs/netdev.yaml")
        self.family = self.library.YnlFamily(spec, schema="")

    def count(self, what, ifindex):
        """Objects of a kind on a device; kinds of queues are told apart."""
        try:
            dump = self.family.dump(what + "-get", {})
        except self.library.NlError:
            return []
        mine = [one for one in dump if one.get("ifindex") == ifindex]
        kinds = [f"{what} {one.get('type', '')}"
                 f"{' detached' if 'detach-time' in one else ''}"
                 f"{' threaded' if one.get('threaded') == 'enabled' else ''}"
                 f"{' bound' if 'dmabuf' in one or 'io-uring' in one else ''}"
                 for one in mine]
        return [f"netdev: {kind} x {kinds.count(kind)}"
                for kind in sorted(set(kinds))]


class State:
    """Takes snapshots and compares them."""

    def __init__(self, suite, topology):
        self.topology = topology
        self.netdev = Netdev(suite)

    def port(self, prefix, port):
        """Settings of one port."""
        found = []
        for flag in SETTINGS:
            found += lines(f"{port} {flag}", sh(
                f"{prefix} ethtool --json {flag} {port}", check=False))
        found += lines(f"{port} -n", sh(f"{prefix} ethtool -n {port}",
                                        check=False))
        return found

    def take(self):
        """All of it, as lines."""
        found = lines("namespaces", sh("ip netns list", check=False))
        for prefix in ("", f"-n {REMOTE}"):
            if prefix and not self.topology.has_remote():
                continue
            found += lines(f"link{prefix}", sh(f"ip {prefix} -d -j link"))
            found += lines(f"addr{prefix}", sh(f"ip {prefix} -j addr"))
        near = self.topology.ports[0]
        found += self.port("", near)
        if self.topology.has_remote():
            found += self.port(f"ip netns exec {REMOTE}", self.topology.ports[1])
        with open(f"/sys/class/net/{near}/ifindex", encoding="ascii") as file:
            ifindex = int(file.read())
        for what in ("queue", "napi", "page-pool"):
            found += self.netdev.count(what, ifindex)
        return found

    def disciplines(self):
        """Of queueing. Some programs replace what they cannot name again, and
        upstream does not mind: the next one gets new ports then."""
        return sh("tc -j qdisc")

    def residue(self, before):
        """What is different from before and stays so."""
        end = time.monotonic() + SETTLE
        while True:
            try:
                after = self.take()
            except (RuntimeError, OSError) as error:
                return [str(error)]
            changed = [line for line in difflib.unified_diff(
                before, after, lineterm="", n=0)
                if line[:1] in "+-" and line[:3] not in ("+++", "---")]
            if not changed or time.monotonic() > end:
                return changed
            time.sleep(0.5)
