"""Server and client of the Python package websockets, without compression.

What is said: a text and a binary message echoed, messages of several fragments both ways, pings both
ways, and a close by the server with code and reason.
"""

import asyncio
import sys

import websockets

HOST = "127.0.0.1"


async def serve_one(websocket):
    async for message in websocket:
        if message == "In pieces, please":
            # An iterable is sent as one message of that many fragments, with an empty one at its end.
            await websocket.send(["These ", "are ", "three ", "碎片"])
        elif message == "Ping me":
            await (await websocket.ping(b"server to client"))
            await websocket.send("You answered")
        elif message == "Goodbye":
            await websocket.close(1001, "The shop closes at six")
        else:
            await websocket.send(message)


async def converse(port):
    async with websockets.connect(
        f"ws://{HOST}:{port}/shop", compression=None, ping_interval=None
    ) as websocket:
        for message in ["Good morning ☀️", bytes(range(32)), "", ["Fragments ", "from ", "Python"]]:
            await websocket.send(message)
            await websocket.recv()
        for request in ["In pieces, please", "Ping me"]:
            await websocket.send(request)
            await websocket.recv()
        await (await websocket.ping("client to server"))
        await websocket.send("Goodbye")
        await websocket.wait_closed()


async def main():
    server = await websockets.serve(serve_one, HOST, 0, compression=None, ping_interval=None)
    port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    sys.stdin.readline()  # the recorder listens
    await converse(port)
    server.close()
    await server.wait_closed()


asyncio.run(main())
