"""Holds what we read of a load against what its peers counted: a fast wrong answer is none.

For every connection and direction: how many frames of each opcode, the bytes of their payloads on the
wire, and the SHA-256 of what the receiving application was handed, unmasked, inflated and joined.
"""

import binascii
import hashlib
import json
import subprocess
from collections import defaultdict

from loads import catalogue

FIELDS = ("tcp.stream", "tcp.srcport", "tcp.dstport", "websocket.opcode", "websocket.compression",
          "websocket.payload", "websocket.message")  # fmt: skip
DATA = {b"0", b"1", b"2"}


class Direction:
    def __init__(self):
        self.frames = defaultdict(int)
        self.wire_bytes = 0
        self.bytes = 0
        self.hash = hashlib.sha256()

    def add(self, opcode, compressed, payload, message):
        self.frames[opcode.decode()] += 1
        self.wire_bytes += len(payload) // 2
        if opcode in DATA:
            data = message if compressed else binascii.unhexlify(payload)
            self.bytes += len(data)
            self.hash.update(data)

    def differences(self, wanted):
        pairs = {
            "frames": (dict(self.frames), wanted["frames"]),
            "bytes on the wire": (self.wire_bytes, wanted["wire_bytes"]),
            "bytes of messages": (self.bytes, wanted["bytes"]),
            "digest": (self.hash.hexdigest(), wanted["sha256"]),
        }
        return [f"{name}: {ours}, the peers {theirs}" for name, (ours, theirs) in pairs.items() if ours != theirs]


def read(cli, capture, server_port):
    """The directions as our program reads them, by client port and way; and how many rows there are."""
    directions = defaultdict(Direction)
    words = [word for name in FIELDS for word in ("-e", name)]
    program = subprocess.Popen(
        [cli, capture, "-T", "fields", *words], stdout=subprocess.PIPE, bufsize=1 << 20
    )
    rows = 0
    for line in program.stdout:
        rows += 1
        stream, source, target, opcode, compression, payload, message = line[:-1].split(b"\t")
        if opcode:
            to_client = source == server_port
            key = (int(target if to_client else source), "s2c" if to_client else "c2s")
            directions[key].add(opcode, compression, payload, message)
    if program.wait():
        raise SystemExit(f"bench: {cli} cannot read {capture}")
    return directions, rows


def check(cli, name, scale):
    """What differs, as sentences (none: everything is right); how many rows, and frames, there are."""
    counts = json.loads(catalogue.counts_of(name, scale).read_text())
    directions, rows = read(cli, catalogue.capture_of(name, scale), str(counts["server_port"]).encode())
    wrong, frames = [], 0
    for connection in counts["connections"]:
        port = connection["client_port"]
        for way in ("c2s", "s2c"):
            frames += sum(connection[way]["frames"].values())
            ours = directions.pop((port, way), None) or Direction()
            wrong += [f"port {port}, {way}: {difference}" for difference in ours.differences(connection[way])]
    wrong += [f"port {port}, {way}: frames that no peer sent" for port, way in directions]
    return wrong, rows, frames
