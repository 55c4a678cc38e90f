// Socket.IO 2 (Engine.IO 3), server and client. The argument "websocket" starts on a WebSocket,
// "upgrade" starts with HTTP long polling and then upgrades.
//
// What differs from version 4 on the wire: the server connects the default namespace unasked, it is
// the client that sends the pings, a namespace carries a query instead of credentials, and a binary
// WebSocket message starts with a byte that names the packet type.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { curtain, host, listen, next } from "./stage.mjs";

const require = createRequire(import.meta.url);
const socketio = require("socket.io-2");
const connect = require("socket.io-client-2");

const upgrade = process.argv[2] === "upgrade";

const http = createServer();
const io = socketio(http, { serveClient: false, cookie: false, pingInterval: 25000 });

io.on("connection", (socket) => {
    socket.emit("welcome", "Hello from the default namespace", { users: 3, open: true });
    socket.on("sum", (a, b, reply) => reply(a + b));
    socket.on("upload", (name, data, info, reply) => reply({ name, size: data.length, info }));
    socket.on("download", () => socket.emit("file", { name: "one.bin", data: Buffer.from([1, 2, 3]) }));
});
const chat = io.of("/chat");
chat.on("connection", (socket) => {
    socket.on("message", (room, message) => chat.emit("message", room, message));
    socket.on("ask me", () => {
        socket.emit("question", "Tea or coffee?", ["tea", "coffee"], (answer) => socket.emit("thanks", answer));
    });
    socket.on("throw me out", () => socket.disconnect());
});

const port = await listen(http);
await curtain(port);

const manager = connect.Manager(`http://${host}:${port}`, {
    transports: upgrade ? ["polling", "websocket"] : ["websocket"],
    // The client's own ws would offer compression, which is another recording's subject.
    perMessageDeflate: false,
    reconnection: false,
    autoConnect: false,
});
const root = manager.socket("/");
const welcome = next(root, "welcome");
root.connect();
const upgraded = upgrade && next(manager.engine, "upgrade");
await welcome;
await upgraded;

const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, resolve));

root.emit("note", "plain text", 42, -1.5e3, true, null, [], {});
root.emit("greeting", "你好,世界", "Grüße", "👋🌍");
await ask(root, "sum", 19, 23);
await ask(root, "upload", "pixels", Buffer.from("89504e470d0a1a0a", "hex"), { width: 2, height: 2 });
const file = next(root, "file");
root.emit("download");
await file;

const chatter = manager.socket("/chat", { query: { user: "Ada" } });
const joined = next(chatter, "connect");
chatter.connect();
await joined;
const message = next(chatter, "message");
chatter.emit("message", "lobby", { text: "Shall we meet at noon?", tags: ["lunch", "午饭"] });
await message;
chatter.once("question", (question, choices, reply) => reply(choices[0], { sugar: false }));
const thanks = next(chatter, "thanks");
chatter.emit("ask me");
await thanks;
const thrownOut = next(chatter, "disconnect");
chatter.emit("throw me out");
await thrownOut;

const uninvited = manager.socket("/nowhere");
const refused = next(uninvited, "error");
uninvited.connect();
await refused;

// Leaves the default namespace with a packet of its own; the client then closes the transport.
const gone = new Promise((resolve) => Object.values(io.sockets.connected)[0].once("disconnect", resolve));
root.disconnect();
await gone;
manager.close();
await new Promise((resolve) => io.close(resolve));
