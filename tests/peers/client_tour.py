"""The client of the Python package websockets goes through what our test server offers:

    client_tour.py URL

URL is the server's own, ws://127.0.0.1:N/ or wss://..., whose certificate is not checked. Ends with 0
when all was as it should be."""

import asyncio
import ssl
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

BASE = sys.argv[1]
AGREEMENTS = [
    None,
    ClientPerMessageDeflateFactory(),
    ClientPerMessageDeflateFactory(True, True),
    ClientPerMessageDeflateFactory(server_max_window_bits=10, client_max_window_bits=9),
]


def tls():
    if not BASE.startswith("wss"):
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def tour():
    for agreement in AGREEMENTS:
        extensions = [agreement] if agreement else []
        async with websockets.connect(
            BASE + "echo", compression=None, extensions=extensions, subprotocols=["echo"],
            ssl=tls(), max_size=None,
        ) as websocket:
            assert websocket.subprotocol == "echo", websocket.subprotocol
            assert bool(websocket.extensions) == bool(agreement)
            for message in ["hello", "", "Grüße, 你好, 👋🌍", b"", bytes(range(256)) * 5000]:
                await websocket.send(message)
                assert await websocket.recv() == message
            for number in range(50):
                await websocket.send(f'{{"event":"price","number":{number}}}')
                assert await websocket.recv() == f'{{"event":"price","number":{number}}}'
            await websocket.send(["in ", "three ", "碎片"])
            assert await websocket.recv() == "in three 碎片"
            await asyncio.wait_for(await websocket.ping(b"are you there?"), 10)
            await websocket.close(4321, "the end")
            assert websocket.close_code == 4321, websocket.close_code


asyncio.run(asyncio.wait_for(tour(), 50))
