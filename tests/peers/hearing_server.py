"""A server of the Python package websockets that tells what it received, as hearing_server.mjs does:
prints {"port": N}, then a JSON object for every message, ping, pong and close, and serves until
standard input ends. The path chooses the compression: /plain, /deflate, /deflate-alone."""

import asyncio
import base64
import json
import sys

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.frames import Close
from websockets.legacy.server import WebSocketServerProtocol, serve

HOST = "127.0.0.1"


def say(line):
    print(json.dumps(line), flush=True)


def plain(data):
    return {"@bytes": base64.b64encode(bytes(data)).decode()}


class Hearing(WebSocketServerProtocol):
    """Tells the control frames as well, of which the application is not told."""

    async def read_frame(self, max_size):
        frame = await super().read_frame(max_size)
        if frame.opcode == 9:
            say({"what": "ping", "bytes": plain(frame.data)})
        elif frame.opcode == 10:
            say({"what": "pong", "bytes": plain(frame.data)})
        elif frame.opcode == 8:
            close = Close.parse(frame.data)
            say({"what": "close", "code": int(close.code), "reason": close.reason})
        return frame

    def process_extensions(self, headers, available_extensions):
        path = self.path
        chosen = available_extensions if path.startswith("/deflate") else []
        if path == "/deflate-alone":
            chosen = [ServerPerMessageDeflateFactory(True, True)]
        return super().process_extensions(headers, chosen)


async def hear(websocket):
    say({"what": "open", "path": websocket.path, "protocol": websocket.subprotocol or ""})
    try:
        async for message in websocket:
            if isinstance(message, str):
                say({"what": "text", "text": message})
            else:
                say({"what": "binary", "bytes": plain(message)})
            await websocket.send(message)
    except ConnectionClosed as error:
        say({"what": "error", "message": str(error)})


async def main():
    server = await serve(
        hear, HOST, 0, create_protocol=Hearing, ping_interval=None,
        extensions=[ServerPerMessageDeflateFactory()], subprotocols=["chat"], max_size=1 << 20,
    )
    say({"port": server.sockets[0].getsockname()[1]})
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
