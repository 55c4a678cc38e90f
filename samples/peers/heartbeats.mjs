// Socket.IO 4 and 2 side by side, each on a port of its own, with heartbeats every 200 ms instead of
// every 25 s. In version 4 the server sends the pings, in version 2 the client does; each conversation
// lasts three of them, with an event now and then.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { Server } from "socket.io";
import { Manager } from "socket.io-client";
import { curtain, host, listen, next } from "./stage.mjs";

const require = createRequire(import.meta.url);
const pingInterval = 200;

const http4 = createServer();
const io4 = new Server(http4, { pingInterval, serveClient: false });
const http2 = createServer();
const io2 = require("socket.io-2")(http2, { pingInterval, serveClient: false });
const ports = [await listen(http4), await listen(http2)];
await curtain(...ports);

// Counts the packets of the heartbeat that close the circle: version 4's server and version 2's client
// send a ping, and the other side answers with a pong.
async function threeHeartbeats(manager, heartbeat) {
    const socket = manager.socket("/");
    const connected = next(socket, "connect");
    socket.connect();
    await connected;
    for (const word of ["one", "two", "three"]) {
        await next(manager, heartbeat);
        socket.emit("heartbeat seen", word);
    }
    const closed = next(manager.engine, "close");
    socket.disconnect();
    await closed;
}

const options = { transports: ["websocket"], perMessageDeflate: false, reconnection: false, autoConnect: false };
const [url4, url2] = ports.map((port) => `http://${host}:${port}`);
await threeHeartbeats(new Manager(url4, options), "ping");
await threeHeartbeats(require("socket.io-client-2").Manager(url2, options), "pong");
await new Promise((resolve) => io4.close(resolve));
await new Promise((resolve) => io2.close(resolve));
