"""Captures that are made out of a load, packet by packet: a part of it, copies of it, a damaged one."""

import random
import struct

HEADER, RECORD = 24, 16
# Both ends of a connection over the loopback interface, side by side in the IP header.
LOOPBACK = b"\x7f\x00\x00\x01\x7f\x00\x00\x01"


def packets(data):
    """Where each record of a pcap begins and ends."""
    at = HEADER
    while at + RECORD <= len(data):
        end = at + RECORD + struct.unpack_from("<I", data, at + 8)[0]
        yield at, end
        at = end


def copies(data, count):
    """The pcap of a load over loopback, `count` times, each time later and between other addresses.

    Later, because a file whose times run back is put in order first: another work than reading a long capture.
    """
    times = [(begin - HEADER, struct.unpack_from("<I", data, begin)[0]) for begin, _ in packets(data)]
    every = [seconds for _, seconds in times]
    span = max(every) - min(every) + 1
    yield data[:HEADER]
    for number in range(count):
        copy = bytearray(data[HEADER:].replace(LOOPBACK, bytes((127, 0, 0, number + 1)) * 2))
        for at, seconds in times:
            struct.pack_into("<I", copy, at, seconds + number * span)
        yield copy


def beginning(data, wanted):
    """The first packets of a pcap, until `wanted(number, end)` says that it is enough."""
    for number, (_, end) in enumerate(packets(data)):
        if wanted(number, end):
            return data[:end]
    return data


def payload_begins(data, begin):
    """Where the TCP payload of a record begins; Ethernet and an IP header without options, as in all loads."""
    return begin + RECORD + 34 + (data[begin + RECORD + 46] >> 4) * 4


def damaged(data, share, seed=1):
    """One byte of the payload changed in so many of the packets that have one."""
    chance, result = random.Random(seed), bytearray(data)
    for begin, end in packets(data):
        head = payload_begins(data, begin)
        if head < end and chance.random() < share:
            result[chance.randrange(head, end)] ^= chance.randrange(1, 256)
    return bytes(result)


def lossy(data, share, seed=1):
    """So many of the packets left out."""
    chance = random.Random(seed)
    kept = [data[begin:end] for begin, end in packets(data) if chance.random() >= share]
    return data[:HEADER] + b"".join(kept)


def single_bytes(record, head):
    """A record whose TCP payload begins at `head`, as one record for each byte of it."""
    sequence = struct.unpack_from(">I", record, RECORD + 38)[0]
    for at in range(head, len(record)):
        one = bytearray(record[:head]) + record[at : at + 1]
        struct.pack_into("<II", one, 8, head + 1 - RECORD, head + 1 - RECORD)
        struct.pack_into(">H", one, RECORD + 16, head + 1 - RECORD - 14)
        struct.pack_into(">I", one, RECORD + 38, sequence + at - head & 0xFFFFFFFF)
        yield one


def byte_by_byte(data, count):
    """The first connection of a load, one byte in each of the client's segments, `count` of them.

    Of the server, what has neither data nor SYN is left out: it would acknowledge bytes before they come.
    """
    client, out, segments = None, [data[:HEADER]], 0
    for begin, end in packets(data):
        record = data[begin:end]
        client = client or record[RECORD + 34 : RECORD + 36]
        if client not in (record[RECORD + 34 : RECORD + 36], record[RECORD + 36 : RECORD + 38]):
            continue
        head = payload_begins(record, 0)
        if record[RECORD + 34 : RECORD + 36] == client and head < len(record):
            pieces = list(single_bytes(record, head))[: count - segments]
            segments += len(pieces)
            out += pieces
            if segments == count:
                break
        elif head < len(record) or record[RECORD + 47] & 2:
            out.append(record)
    return b"".join(out)
