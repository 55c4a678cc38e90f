"""The Python package websockets as one side of tests/peers/websocket.mjs, which says what is spoken.

    websockets_peer.py server DEFLATE             prints {"port": N}, then serves until standard input ends
    websockets_peer.py client URL CLOSINGS DEFLATE    prints {}, then leads the conversation

DEFLATE is a JSON object of the parameters of permessage-deflate, or null. Every line printed after the
first is one of the log. Frames are logged where the library reads and writes them, which is also where
pings, pongs and closes are seen: the application is not told of them.
"""

import asyncio
import base64
import json
import sys

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Close
from websockets.legacy.client import WebSocketClientProtocol, connect
from websockets.legacy.server import WebSocketServerProtocol, serve

HOST = "127.0.0.1"
CONTROLS = {8: "close", 9: "ping", 10: "pong"}


def say(line):
    print(json.dumps(line), flush=True)


def plain(data):
    return {"@bytes": base64.b64encode(data).decode()}


class Logging:
    """Mixed into the library's protocols: logs frames, and what they carry."""

    def log(self, layer, sends, **rest):
        side = "client" if self.is_client else "server"
        direction = "c2s" if self.is_client == sends else "s2c"
        say({"layer": layer, "side": side, "dir": direction, **rest})

    def log_frame(self, sends, fin, opcode, data):
        self.log("frame", sends, opcode=int(opcode), fin=bool(fin))
        what = CONTROLS.get(opcode)
        if what == "close":
            close = Close.parse(data)
            told = {} if close.code == 1005 else {"code": int(close.code), "reason": close.reason}
            self.log("message", sends, what=what, **told)
        elif what:
            self.log("message", sends, what=what, bytes=plain(data))

    def log_message(self, sends, message):
        if isinstance(message, str):
            self.log("message", sends, what="text", text=message)
        else:
            self.log("message", sends, what="binary", bytes=plain(message))

    async def read_frame(self, max_size):
        frame = await super().read_frame(max_size)
        self.log_frame(False, frame.fin, frame.opcode, frame.data)
        return frame

    def write_frame_sync(self, fin, opcode, data):
        self.log_frame(True, fin, opcode, data)
        super().write_frame_sync(fin, opcode, data)

    async def hear(self):
        message = await self.recv()
        self.log_message(False, message)
        return message

    async def say(self, message):
        self.log_message(True, message)
        await self.send(message)

    async def say_in_pieces(self, pieces):
        # An iterable is sent as one message of that many fragments, with an empty one at its end.
        self.log_message(True, type(pieces[0])().join(pieces))
        await self.send(pieces)


class Server(Logging, WebSocketServerProtocol):
    pass


class Client(Logging, WebSocketClientProtocol):
    pass


async def answer(socket):
    while True:
        message = await socket.hear()
        if message == "in pieces":
            await socket.say_in_pieces(["These ", "are ", "vier ", "Stücke 🙂"])
        elif message == "bytes in pieces":
            await socket.say_in_pieces([b"ab" * 20, b"", bytes([7]) * 300])
        elif message == "ping me":
            await (await socket.ping(b"server to client"))
            await socket.say("you answered")
        elif isinstance(message, str) and message.startswith("close me "):
            code, _, reason = message[len("close me ") :].partition(" ")
            await socket.close(int(code), reason)
            return
        else:
            await socket.say(message)


async def handle(socket):
    try:
        await answer(socket)
    except ConnectionClosed:
        pass


async def run_server(deflate):
    extensions = None
    if deflate is not None:
        extensions = [ServerPerMessageDeflateFactory(**deflate)]
    server = await serve(
        handle, HOST, 0, compression=None, extensions=extensions, ping_interval=None,
        create_protocol=Server,
    )
    say({"port": server.sockets[0].getsockname()[1]})
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()
    await server.wait_closed()


async def converse(socket):
    async def echo(message):
        await socket.say(message)
        await socket.hear()

    await echo("Hello")
    await echo("")
    await echo("Grüße, 世界 👋")
    await echo(bytes(range(256)))
    await echo(b"")
    for price in [12.5, 12.75, 13]:
        await echo(json.dumps({"event": "price", "symbol": "TEA", "price": price, "currency": "EUR"}))
    for length in [125, 126, 65535, 65536]:
        await echo(("0123456789abcdef" * 4097)[:length])
    await socket.say_in_pieces(["Fragments ", "from – ", "Python"])
    await socket.hear()
    await socket.say_in_pieces([bytes([1]) * 100, b""])
    await socket.hear()
    for wish in ["in pieces", "bytes in pieces", "ping me"]:
        await echo(wish)
    await (await socket.ping(b"client to server"))
    await (await socket.ping(b""))
    await echo("An end")


async def run_client(url, closings, deflate):
    say({})
    extensions = None
    if deflate is not None:
        extensions = [ClientPerMessageDeflateFactory(**deflate)]
    for number, closing in enumerate(closings):
        socket = await connect(
            url, compression=None, extensions=extensions, ping_interval=None, create_protocol=Client
        )
        if (deflate is not None) != bool(socket.extensions):
            raise SystemExit("compression was not agreed as wanted")
        if number == 0:
            await converse(socket)
        if closing["by"] == "client":
            await socket.close(closing["code"], closing["reason"])
        else:
            await socket.say(f"close me {closing['code']} {closing['reason']}")
        await socket.wait_closed()


def main():
    role, *rest = sys.argv[1:]
    arguments = [json.loads(text) if text[0] in "[{n" else text for text in rest]
    asyncio.run(run_server(*arguments) if role == "server" else run_client(*arguments))


main()
