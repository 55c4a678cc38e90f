"""The loads: their names, where each is recorded, and where they are kept.

What the peers say in each is in peers/plans.mjs. Ports are ones that tshark gives to no protocol of its
own (make.py checks that), so that it, too, has to recognise WebSocket by its handshake.
"""

import os
from dataclasses import dataclass
from pathlib import Path

# Client ports; none of them is tshark's for anything else.
CLIENT_PORTS = (50_000, 56_999)

# What the quick size divides counts by.
QUICK = 20


@dataclass(frozen=True)
class Load:
    name: str
    title: str
    port: int
    mtu: int = 0  # of the link between two namespaces; 0: the loopback interface
    reading: bool = True  # its reading is measured beside tshark


LOADS = {
    load.name: load
    for load in (
        Load("small", "1.5 M small masked frames", 21_501),
        Load("deflate", "permessage-deflate with takeover, 300 k frames", 21_502),
        Load("socketio4", "Socket.IO 4, 330 k frames", 21_503),
        Load("socketio2", "Socket.IO 2, 100 k frames", 21_504),
        Load("connections", "5,000 short connections, 40 k frames", 21_505),
        Load("corked", "many frames a segment, 400 k", 21_506),
        Load("corked1500", "the same at 1,500 bytes, 1 M frames", 21_507, mtu=1500),
        Load("fragments", "1 MiB fragments with pings between, 315 MB", 21_508),
        Load("deep", "1 M compressed messages on one connection", 21_510, reading=False),
    )
}


def cache_folder(scale):
    """Where the loads of this size are kept."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "framescope" / "bench" / ("full" if scale == 1 else f"one-of-{scale}")


def capture_of(name, scale):
    return cache_folder(scale) / f"{name}.pcap"


def counts_of(name, scale):
    return cache_folder(scale) / f"{name}.json"
