// The npm package ws on both sides, without compression: every form of length, of fragmentation and
// of control frame, then a close by the client with code and reason.

import { WebSocket, WebSocketServer } from "ws";
import { once } from "node:events";
import { createServer } from "node:http";
import { curtain, host, listen, next, shut } from "./stage.mjs";

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on("connection", (socket) => {
    socket.on("message", (data, binary) => {
        // 65536 bytes come back so that the longest form of length is seen unmasked as well.
        if (data.length === 65535) socket.send(`Received ${data.length} bytes`);
        else socket.send(data, { binary });
    });
});

const port = await listen(http);
await curtain(port);

const client = new WebSocket(`ws://${host}:${port}/echo?room=1`, "echo", {
    perMessageDeflate: false,
    headers: { "X-Sample": "ws-echo" },
});
await once(client, "open");

async function echo(data) {
    client.send(data);
    await once(client, "message");
}

await echo("Hello");
await echo("Unicode: Grüße, 你好, 👋🌍");
await echo(Buffer.from([0x00, 0xff, 0x10, 0x80]));
await echo("");
await echo(Buffer.alloc(0));
for (const length of [125, 126, 127]) await echo("a".repeat(length));
for (const length of [65535, 65536]) await echo(Buffer.alloc(length, "0123456789abcdef"));

// A text of three fragments, its second character cut in two, with a ping between them.
const fragments = [Buffer.from([0x48, 0xc3]), Buffer.from([0xa9, 0x6c]), Buffer.from("lo in pieces")];
const joined = next(client, "message");
const pong = next(client, "pong");
client.send(fragments[0], { binary: false, fin: false });
client.ping("between fragments");
client.send(fragments[1], { fin: false });
client.send(fragments[2], { fin: true });
await pong;
await joined;

// From the server: a binary message of two fragments, the last one empty; pings with and without a body.
const [serverSide] = server.clients;
const pieces = next(client, "message");
serverSide.send(Buffer.from([1, 2, 3]), { fin: false });
serverSide.send(Buffer.alloc(0), { fin: true });
await pieces;
const pongs = next(serverSide, "pong");
serverSide.ping();
await pongs;
client.pong("nobody asked");
await echo("The last message");

const closed = next(client, "close");
client.close(1000, "All said. Goodbye!");
await closed;
await shut(server);
await shut(http);
