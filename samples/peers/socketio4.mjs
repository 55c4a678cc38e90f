// Socket.IO 4, server and client. The argument "websocket" starts on a WebSocket, "upgrade" starts
// with HTTP long polling and then upgrades.
//
// What is said: a connection to the default namespace and one to /chat with credentials; one refused
// for want of them; events with several arguments; acknowledgements both ways; binary attachments
// both ways; a namespace left by the client, one left by the server; an orderly end.

import { createServer } from "node:http";
import { once } from "node:events";
import { Server } from "socket.io";
import { Manager } from "socket.io-client";
import { curtain, host, listen, next } from "./stage.mjs";

const upgrade = process.argv[2] === "upgrade";

const http = createServer();
const io = new Server(http, { serveClient: false });

io.on("connection", (socket) => {
    socket.emit("welcome", "Hello from the default namespace", { users: 3, open: true });
    socket.on("sum", (a, b, reply) => reply(a + b));
    socket.on("upload", (name, data, info, reply) => reply({ name, size: data.length, info }));
    socket.on("download", () => {
        socket.emit("file", { name: "two.bin", parts: [Buffer.from([1, 2, 3]), Buffer.from("four")] });
    });
});

const chat = io.of("/chat");
chat.use((socket, proceed) => {
    if (socket.handshake.auth.token === "open sesame") return proceed();
    const refusal = new Error("The token is missing");
    refusal.data = { code: 4001, hint: "Send a token in auth" };
    proceed(refusal);
});
chat.on("connection", (socket) => {
    socket.on("message", (room, message) => chat.emit("message", room, { ...message, seen: 1 }));
    socket.on("ask me", async () => {
        const answer = await socket.timeout(5000).emitWithAck("question", "Tea or coffee?", ["tea", "coffee"]);
        socket.emit("thanks", answer);
    });
    socket.on("throw me out", () => socket.disconnect());
});

const port = await listen(http);
await curtain(port);

const manager = new Manager(`http://${host}:${port}`, {
    transports: upgrade ? ["polling", "websocket"] : ["websocket"],
    reconnection: false,
    autoConnect: false,
});
const root = manager.socket("/");
const welcome = next(root, "welcome");
const upgraded = upgrade && once(manager, "open").then(() => next(manager.engine, "upgrade"));
root.connect();
await welcome;
await upgraded;

const uninvited = manager.socket("/chat", { auth: {} });
const refused = next(uninvited, "connect_error");
uninvited.connect();
await refused;

root.emit("note", "plain text", 42, -1.5e3, true, null, [], {});
root.emit("greeting", "你好,世界", "Grüße", "👋🌍", 'a "quoted" word and a \\ backslash');
await root.emitWithAck("sum", 19, 23);
await root.emitWithAck("upload", "pixels", Buffer.from("89504e470d0a1a0a", "hex"), { width: 2, height: 2 });
const file = next(root, "file");
root.emit("download");
await file;

const chatManager = new Manager(`http://${host}:${port}`, {
    transports: ["websocket"],
    reconnection: false,
});
const chatter = chatManager.socket("/chat", { auth: { token: "open sesame", user: { name: "Ada", id: 7 } } });
await next(chatter, "connect");
const message = next(chatter, "message");
chatter.emit("message", "lobby", {
    text: "Shall we meet at noon?",
    tags: ["lunch", "午饭"],
    place: { name: "Café", position: { x: 12.5, y: -3 } },
});
await message;
chatter.once("question", (question, choices, reply) => reply(choices[0], { sugar: false }));
const thanks = next(chatter, "thanks");
chatter.emit("ask me");
await thanks;
const thrownOut = next(chatter, "disconnect");
chatter.emit("throw me out");
await thrownOut;

// Leaves the default namespace with a packet of its own, then closes the transport under it.
const gone = new Promise((resolve) => [...io.sockets.sockets.values()][0].once("disconnect", resolve));
root.disconnect();
await gone;
manager._close();
chatManager._close();
await new Promise((resolve) => io.close(resolve));
