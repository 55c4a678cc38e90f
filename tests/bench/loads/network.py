"""A network of our own, so that nothing else is in a recording and no port is taken by anybody else.

make.py starts itself again inside of a new network namespace (as an ordinary user inside of a user
namespace as well), and calls these functions there.
"""

import os
import subprocess
import sys

SERVER, CLIENT = "10.77.0.2", "10.77.0.1"
# Set in the environment of a program that runs inside.
INSIDE = "FRAMESCOPE_BENCH_INSIDE"
# Bytes that a connection may hold on arrival.
WINDOW = 8 << 20


def enter(arguments):
    """Runs this program again inside of a new namespace; returns its exit status."""
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    return subprocess.call(
        [*unshare, "--", sys.executable, *arguments], env=os.environ | {INSIDE: "1"}
    )


def is_inside():
    return INSIDE in os.environ


def ip(*arguments, inside=()):
    subprocess.run([*inside, "ip", *arguments], check=True)


def write_setting(name, value):
    with open(f"/proc/sys/net/ipv4/{name}", "w") as setting:
        setting.write(value)


def without_offload(device, inside=()):
    """Segments then are made by the kernel and not by a network card, so they are what a wire carries."""
    off = [word for feature in ("tso", "gso", "gro", "tx", "rx", "sg") for word in (feature, "off")]
    subprocess.run([*inside, "ethtool", "-K", device, *off], check=True, stdout=subprocess.DEVNULL)


class Network:
    """The loopback interface, or, with an MTU, a link to a second namespace in which the server runs."""

    def __init__(self, client_ports, mtu=0):
        self.inside_server = []
        self.holder = None
        self.device, self.address = "lo", "127.0.0.1"
        ip("link", "set", "lo", "up")
        # Segments of the loopback interface hold 64 KiB, and are acknowledged by the amount; with the usual
        # windows, small frames would wait for that and then share a segment.
        ip("route", "replace", "local", self.address, "dev", self.device, "table", "local",
           "initcwnd", "4000", "initrwnd", "4000")  # fmt: skip
        write_setting("tcp_rmem", f"4096 {WINDOW} {WINDOW}")
        write_setting("ip_local_port_range", "%d %d" % client_ports)
        if mtu:
            self._link(mtu)

    def _link(self, mtu):
        # The namespace lives as long as the process in it.
        self.holder = subprocess.Popen(
            ["unshare", "--net", "--", "sh", "-c", "echo there; exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.holder.stdout.readline()
        process = str(self.holder.pid)
        self.inside_server = ["nsenter", "--net", "--target", process, "--"]
        ip("link", "add", "near", "mtu", str(mtu), "type", "veth", "peer", "name", "far", "mtu", str(mtu), "netns", process)
        ip("address", "add", f"{CLIENT}/24", "dev", "near")
        ip("address", "add", f"{SERVER}/24", "dev", "far", inside=self.inside_server)
        without_offload("near")
        without_offload("far", inside=self.inside_server)
        ip("link", "set", "near", "up")
        ip("link", "set", "far", "up", inside=self.inside_server)
        self.device, self.address = "near", SERVER

    def close(self):
        if self.holder:
            self.holder.stdin.close()
            self.holder.wait()
