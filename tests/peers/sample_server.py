"""The server of samples/peers/python_websockets.py alone, see sample_servers.mjs. Prints its port and
serves until standard input ends; with the argument "changed" one of its answers is another one."""

import asyncio
import sys

import websockets

HOST = "127.0.0.1"
CHANGED = sys.argv[1:] == ["changed"]


async def serve_one(websocket):
    async for message in websocket:
        if message == "In pieces, please":
            await websocket.send(["These ", "are ", "three ", "碎片"])
        elif message == "Ping me":
            await (await websocket.ping(b"server to client"))
            await websocket.send("You replied" if CHANGED else "You answered")
        elif message == "Goodbye":
            await websocket.close(1001, "The shop closes at six")
        else:
            await websocket.send(message)


async def main():
    server = await websockets.serve(serve_one, HOST, 0, compression=None, ping_interval=None)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
