# SPDX-License-Identifier: GPL-2.0-only
"""The ports of one driver in the guest, and the ways they are laid out.

    remote   +-- default namespace --+     +---- ns-remote ----+
             | port 0  .1  ::1       +-----+ port 1  .2  ::2   |
             | ports 2, 3 ... down   |cable+-------------------+
             +-----------------------+
    paced    remote, and port 1 sends when a program says: with qdisc fq
    ordered  remote, and what port 1 sends comes, in order: qdisc pfifo, pause frames
    flat     all ports in the default namespace, down, without address
    named    flat, and udev gives names by slot and port: enp0s16np0
    promisc  flat, and promiscuous: for tests made for a switch's ports
    switch   promisc, and the cards forward between their ports: mode switchdev
    xsk      promisc, up, one queue, no IPv6: frames of the test alone
"""
import glob
import json
import os
import subprocess
import time

REMOTE = "ns-remote"
# Stand-ins for programs that Debian does not have.
TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tools")
NAMES = "/run/udev/rules.d/85-port-names.rules"
V4 = "192.0.3."
V6 = "2001:db8:1::"
PREFIX_V6 = "2001:db8:2::"	# of the containers behind port 0


def sh(command, check=True):
    """A command line; its output."""
    done = subprocess.run(command, shell=True, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if check and done.returncode:
        raise RuntimeError(f"{command}: {done.stdout.strip()}")
    return done.stdout


def read(path):
    """A file of sysfs, or nothing."""
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def ports(driver):
    """Netdevs of physical ports, in the order of cards and ports."""
    found = []
    for name in os.listdir("/sys/class/net"):
        path = f"/sys/class/net/{name}"
        link = os.path.realpath(path + "/device/driver")
        if os.path.basename(link) == driver:
            card = os.path.basename(os.path.realpath(path + "/device"))
            found.append((card, int(read(path + "/dev_port") or 0), name))
    return [name for _, _, name in sorted(found)]


class Topology:
    """What is laid out now. All of it can be taken down, and the driver put
    in anew, when a program has left something behind."""

    def __init__(self, driver, loader):
        self.driver = driver
        self.loader = loader
        self.kind = None
        self.ports = ports(driver)

    def lay(self, kind):
        """Another layout than the present one."""
        if kind == self.kind:
            return
        self.lift()
        self.kind = kind
        getattr(self, kind)()

    def lift(self):
        """Back to ports that nobody has touched."""
        if os.path.exists(NAMES):
            os.remove(NAMES)
            sh("udevadm control --exit")
        self.kind = None
        for line in sh("ip netns list", check=False).splitlines():
            namespace = line.split()[0]
            for port in self.ports:
                sh(f"ip -n {namespace} link set {port} netns 1", check=False)
            sh(f"ip netns del {namespace}", check=False)
        self.sweep()
        self.reload()

    @staticmethod
    def sweep():
        """Bridges and the like that a program has left, for it was ended."""
        for link in json.loads(sh("ip -json -details link show")):
            if link.get("linkinfo", {}).get("info_kind"):
                sh(f"ip link del {link['ifname']}", check=False)

    def reload(self):
        """The driver out and in again."""
        for command in self.loader:
            sh(command)
        end = time.monotonic() + 20
        while len(ports(self.driver)) < len(self.ports):
            if time.monotonic() > end:
                raise RuntimeError("ports did not come back")
            time.sleep(0.1)
        self.ports = ports(self.driver)

    def remote(self):
        """The two ends of a cable, in two namespaces."""
        near, far = self.ports[:2]
        # a tunnel's module would leave a device that nobody made
        sh("sysctl -qw net.core.fb_tunnels_only_for_init_net=2", check=False)
        sh(f"ip netns add {REMOTE} && ip link set {far} netns {REMOTE}"
           f" && ip -n {REMOTE} link set lo up")
        for prefix, dev, host in (("", near, 1), (f"-n {REMOTE}", far, 2)):
            inside = f"ip netns exec {REMOTE}" if prefix else ""
            sh(f"{inside} sysctl -qw net.ipv6.conf.{dev}.keep_addr_on_down=1")
            sh(f"ip {prefix} addr add {V4}{host}/24 dev {dev}")
            sh(f"ip {prefix} addr add {V6}{host}/64 dev {dev} nodad")
            sh(f"ip {prefix} link set {dev} up")
        sh(f"ip -n {REMOTE} -6 route add {PREFIX_V6}/64 via {V6}1 dev {far}")
        self.reachable()

    def paced(self):
        """The far end sends at the time that SO_TXTIME asks for, and what has the
        same time together."""
        self.remote()
        sh(f"ip netns exec {REMOTE} tc qdisc replace dev {self.ports[1]} root fq"
           " limit 20000 flow_limit 20000")

    def ordered(self):
        """Debian's default, fq_codel, lets flows overtake each other as soon as the
        card is not as fast as its sender. And who is emulated rests now and then:
        the far end waits while the near one has no buffers."""
        self.remote()
        near, far = self.ports[:2]
        for prefix, dev in (("", near), (f"ip netns exec {REMOTE}", far)):
            sh(f"{prefix} ethtool -A {dev} autoneg off rx on tx on")
        sh(f"ip netns exec {REMOTE} tc qdisc replace dev {far} root pfifo limit 2000")
        self.reachable()

    def has_remote(self):
        """Is there a far end, in a namespace of its own?"""
        return self.kind in ("remote", "paced", "ordered")

    def reachable(self):
        """Both families, before anything is judged."""
        for address in (V4 + "2", V6 + "2"):
            for _ in range(20):
                if "1 received" in sh(f"ping -c 1 -W 1 {address}", check=False):
                    break
                time.sleep(0.2)
            else:
                raise RuntimeError(f"no answer from {address}")

    def flat(self):
        """As the driver has made them."""

    def named(self):
        """Who splits a port expects two whose names begin as the port's. The
        rule stands for the policy that net.ifnames=0 keeps udev from."""
        os.makedirs(os.path.dirname(NAMES), exist_ok=True)
        with open(NAMES, "w", encoding="ascii") as rule:
            rule.write('SUBSYSTEM=="net", ENV{ID_NET_NAME_PATH}!="", '
                       'NAME="$env{ID_NET_NAME_PATH}"\n')
        sh("/usr/lib/systemd/systemd-udevd --daemon")
        sh("udevadm trigger --action=add --subsystem-match=net")
        sh("udevadm settle")
        self.ports = ports(self.driver)

    def promisc(self):
        """Frames with addresses of a test's own."""
        for port in self.ports:
            sh(f"ip link set {port} promisc on")

    def switch(self):
        """Rules may lead from port to port."""
        cards = {os.path.basename(os.path.realpath(
            f"/sys/class/net/{port}/device")) for port in self.ports}
        for card in sorted(cards):
            sh(f"devlink dev eswitch set pci/{card} mode switchdev",
               check=self.driver == "gnic")
        self.promisc()

    def xsk(self):
        """No frame but the test's."""
        self.promisc()
        for port in self.ports[:2]:
            sh(f"sysctl -qw net.ipv6.conf.{port}.disable_ipv6=1")
            sh(f"ethtool -L {port} combined 1", check=False)
            sh(f"ip link set {port} up")
        time.sleep(1)

    def pin(self):
        """One processor for each interrupt of a port, in turn. Half of them
        are left for what a test wants to have elsewhere."""
        cpus = max(os.cpu_count() // 2, 1)
        for port in self.ports[:1]:
            folder = f"/sys/class/net/{port}/device/msi_irqs"
            if not os.path.isdir(folder):
                continue
            for index, irq in enumerate(sorted(os.listdir(folder), key=int)):
                sh(f"echo {index % cpus} >/proc/irq/{irq}/smp_affinity_list",
                   check=False)

    def environment(self, program):
        """What a program wants to be told."""
        variables = dict(os.environ, KSFT_MACHINE_SLOW="yes", TERM="dumb",
                         NETIF_CREATE="no", STABLE_MAC_ADDRS="yes",
                         NETIF_NO_CABLE=self.ports[-1],
                         PATH=os.environ["PATH"] + ":" + TOOLS)
        if program.cases:
            variables["TESTS"] = program.cases
        if self.has_remote():
            variables.update(
                NETIF=self.ports[0], LOCAL_V4=V4 + "1", LOCAL_V6=V6 + "1",
                REMOTE_V4=V4 + "2", REMOTE_V6=V6 + "2", REMOTE_TYPE="netns",
                REMOTE_ARGS=REMOTE, LOCAL_PREFIX_V6=PREFIX_V6 + "/64")
        return variables

    def arguments(self, program):
        """Those of the table, with the ports put in."""
        clocks = glob.glob(f"/sys/class/net/{self.ports[0]}/device/ptp/ptp*")
        clock = "/dev/" + os.path.basename(clocks[0]) if clocks else ""
        return [word.format(*self.ports, ptp=clock)
                for word in program.arguments]
