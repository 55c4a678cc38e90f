"""The client of the Python package websockets meets what our test server does wrong on request:

    misbehaviour_tour.py URL

URL is the server's own, ws://127.0.0.1:N/. Ends with 0 when every report was the expected one."""

import asyncio
import re
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

BASE = sys.argv[1]
DEFLATE = [ClientPerMessageDeflateFactory()]

# Fault, extensions that are offered, and what must stand in the report: the exception, or what was heard.
CASES = [
    ("wrong-accept", [], r"InvalidHeader.*Sec-WebSocket-Accept"),
    ("refuse:418", [], r"InvalidStatusCode.*418"),
    ("unasked-subprotocol", [], r"InvalidHandshake.*subprotocol"),
    ("unasked-extension", [], r"InvalidHandshake.*extension"),
    ("close", [], r"ConnectionClosed.*(1005|no status)"),
    ("close:1011", [], r"ConnectionClosed.*1011"),
    ("cut-in-frame@1", [], r"ConnectionClosed.*no close frame"),
    ("reset@1", [], r"ConnectionClosed.*no close frame"),
    ("masked", [], r"ConnectionClosed.*1002"),
    ("bad-utf8", [], r"ConnectionClosed.*1007"),
    ("reserved-bits", [], r"ConnectionClosed.*1002"),
    ("reserved-opcode", [], r"ConnectionClosed.*1002"),
    ("lying-length", [], r"ConnectionClosed|not heard"),
    ("broken-deflate", DEFLATE, r"ConnectionClosed.*100[27]|ConnectionClosed.*1011"),
    ("deflate-bomb:8", DEFLATE, r"ConnectionClosed.*1009"),
    ("split-writing", [], r"heard hello"),
    ("no-pong", [], r"heard hello, no pong"),
]


async def report(fault, extensions):
    try:
        async with websockets.connect(
            f"{BASE}echo?misbehave={fault}", compression=None, extensions=extensions,
            max_size=1 << 20, ping_interval=None, close_timeout=1,
        ) as websocket:
            pong = await websocket.ping()
            # Three at once: what the first one lacks, where its length lies, the others fill.
            for _ in range(3):
                await websocket.send("hello")
            answer = await websocket.recv()
            if answer != "hello":
                return "not heard: " + repr(answer[:40])
            await websocket.recv()
            return "heard hello" if pong.done() else "heard hello, no pong"
    except (websockets.ConnectionClosed, websockets.InvalidHandshake) as error:
        kind = "ConnectionClosed" if isinstance(error, websockets.ConnectionClosed) else type(error).__name__
        return f"{kind} InvalidHandshake: {error}" if kind != "ConnectionClosed" else f"{kind}: {error}"


async def main():
    for fault, extensions, wanted in CASES:
        got = await asyncio.wait_for(report(fault, extensions), 15)
        print(fault, got)
        if not re.search(wanted, got, re.S):
            sys.exit(f"{fault}: expected {wanted}, reported {got}")


asyncio.run(main())
