#!/usr/bin/env python3
"""Makes the captures that tests/bench/run reads: make_captures.py SAMPLE FOLDER [CONNECTIONS].

many-connections.pcap  the packets of SAMPLE (a pcap of one IPv4 connection) again and again, each time
                       from another client address: many handshakes, short conversations
long-connection.pcap   one connection with small masked and unmasked messages, four to a segment
closed-connections.pcap  only where CONNECTIONS is given: so many of ten packets each, from SYN to the last
                       acknowledgment, a request and its response in between; run does not read it

Everything in them follows from the numbers below, so that two machines measure the same bytes.
"""

import struct
import sys
from pathlib import Path

COPIES = 4000
SEGMENTS = 120_000
FRAMES_PER_SEGMENT = 4

ETHERNET = bytes(12) + b"\x08\x00"
SERVER, CLIENT = ("10.0.0.1", 8080), ("10.0.0.2", 50_000)


class Pcap:
    """Writes packets a microsecond apart."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        self.count = 0

    def add(self, packet):
        seconds, microseconds = divmod(self.count, 1_000_000)
        header = struct.pack("<IIII", 1_700_000_000 + seconds, microseconds, len(packet), len(packet))
        self.file.write(header + packet)
        self.count += 1


def packets_of(path):
    data = path.read_bytes()
    if data[:4] != struct.pack("<I", 0xA1B2C3D4):
        sys.exit(f"{path} is not a little-endian pcap with microseconds")
    at = 24
    while at < len(data):
        captured = struct.unpack_from("<I", data, at + 8)[0]
        yield bytearray(data[at + 16 : at + 16 + captured])
        at += 16 + captured


def many_connections(sample, path):
    out = Pcap(path)
    packets = list(packets_of(sample))
    client_port = packets[0][34:36]
    for copy in range(COPIES):
        client = struct.pack(">BBH", 10, copy >> 16, copy & 0xFFFF)
        for packet in packets:
            address = 26 if packet[34:36] == client_port else 30
            packet[address : address + 4] = client
            out.add(packet)


def address(text):
    return bytes(map(int, text.split(".")))


class Connection:
    """Both ends of a TCP connection; checksums are left zero, as offloading leaves them."""

    def __init__(self, out):
        self.out = out
        self.sequence = {CLIENT: 1000, SERVER: 2000}

    def send(self, source, payload=b"", flags=0x18):
        target = SERVER if source == CLIENT else CLIENT
        acknowledged = self.sequence[target] if flags & 0x10 else 0
        tcp = struct.pack(
            ">HHIIBBHHH", source[1], target[1], self.sequence[source] & 0xFFFFFFFF,
            acknowledged & 0xFFFFFFFF, 0x50, flags, 65535, 0, 0,
        )
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0)
        ip += address(source[0]) + address(target[0])
        self.out.add(ETHERNET + ip + tcp + payload)
        self.sequence[source] += len(payload) + (1 if flags & 0x03 else 0)


def text_frame(text, key=None):
    if key is None:
        return bytes([0x81, len(text)]) + text
    masked = bytes(byte ^ key[i % 4] for i, byte in enumerate(text))
    return bytes([0x81, 0x80 | len(text)]) + key + masked


def long_connection(path):
    connection = Connection(Pcap(path))
    connection.send(CLIENT, flags=0x02)
    connection.send(SERVER, flags=0x12)
    connection.send(
        CLIENT,
        b"GET /prices HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    )
    connection.send(
        SERVER,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    )
    for segment in range(SEGMENTS):
        source = CLIENT if segment % 4 == 0 else SERVER
        key = struct.pack(">I", segment * 2_654_435_761 & 0xFFFFFFFF) if source == CLIENT else None
        frames = (
            text_frame(b'42["price",{"symbol":"TEA","sequence":%d,"bid":12.5,"ask":12.75}]' % (segment * 4 + i), key)
            for i in range(FRAMES_PER_SEGMENT)
        )
        connection.send(source, b"".join(frames))


def closed_connections(path, count):
    """Ten at a time, so that their packets lie between each other's."""
    lines = [b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"]
    ask, answer = map(len, lines)
    # Who sends, flags, payload, and what was sent by client and server before.
    steps = [
        (0, 0x02, b"", 0, 0), (1, 0x12, b"", 0, 1), (0, 0x10, b"", 1, 1),
        (0, 0x18, lines[0], 1, 1), (1, 0x10, b"", 1, 1 + ask), (1, 0x18, lines[1], 1, 1 + ask),
        (0, 0x10, b"", 1 + ask, 1 + answer), (0, 0x11, b"", 1 + ask, 1 + answer),
        (1, 0x11, b"", 1 + answer, 2 + ask), (0, 0x10, b"", 2 + ask, 2 + answer),
    ]  # fmt: skip
    server = address(SERVER[0])
    out = Pcap(path)
    for first in range(0, count, 10):
        for sender, flags, payload, sent, got in steps:
            for number in range(first, min(first + 10, count)):
                client = struct.pack(">BBH", 10, 1 + (number >> 16), number & 0xFFFF)
                ends, ports = [client, server], [CLIENT[1], SERVER[1]]
                start = [number * 7919 & 0xFFFFFFFF, number * 104729 & 0xFFFFFFFF]
                other = 1 - sender
                out.add(
                    ETHERNET
                    + struct.pack(">BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0)
                    + ends[sender] + ends[other]
                    + struct.pack(
                        ">HHIIBBHHH", ports[sender], ports[other], start[sender] + sent & 0xFFFFFFFF,
                        start[other] + got & 0xFFFFFFFF if flags & 0x10 else 0, 0x50, flags, 65535, 0, 0,
                    )
                    + payload
                )


def main():
    sample, folder = map(Path, sys.argv[1:3])
    folder.mkdir(parents=True, exist_ok=True)
    many_connections(sample, folder / "many-connections.pcap")
    long_connection(folder / "long-connection.pcap")
    if len(sys.argv) > 3:
        closed_connections(folder / "closed-connections.pcap", int(sys.argv[3]))


main()
