// The server of a load:
//
//     node serve.mjs LOAD SCALE ADDRESS PORT COUNTS
//
// Says "listening" once it does, serves until standard input ends and every connection has ended, and
// writes what it counted into the file COUNTS.

import { createServer } from "node:http";
import { once } from "node:events";
import { peerRequire } from "../../../peers/conversation.mjs";
import { Counts } from "./counting.mjs";
import { planOf } from "./plans.mjs";
import { sayEvents, sayTexts } from "./speaking.mjs";
import { Texts } from "./texts.mjs";

const [name, scale, address, port, path] = process.argv.slice(2);
const plan = planOf(name, Number(scale));
const counts = new Counts("server");
const http = createServer();
let served = 0;

function serveWebSockets() {
    const WebSocket = peerRequire()("ws");
    counts.watch(WebSocket);
    const deflate = plan.deflate && { threshold: 0 };
    const server = new WebSocket.WebSocketServer({ server: http, perMessageDeflate: deflate ?? false });
    server.on("connection", async (socket) => {
        socket._socket.setNoDelay(true);
        const seed = 1000 + served++;
        if (plan.echo) socket.on("message", (data, binary) => socket.send(data, { binary }));
        if (plan.fragment) socket.on("ping", () => socket.ping("between"));
        // The client closes when it has said and heard everything.
        await sayTexts(socket, plan, new Texts(seed), plan.serverEach);
    });
}

function serveSocketIo() {
    const require = peerRequire(`socket.io-v${plan.version}`, "engine.io");
    counts.watch(require("ws"));
    const required = peerRequire()(`socket.io-v${plan.version}`);
    const Server = required.Server ?? required;
    const io = new Server(http, { perMessageDeflate: false, transports: ["websocket"], serveClient: false });
    io.on("connection", async (socket) => {
        const seed = 1000 + served++;
        socket.on("order", (order, answer) => answer({ id: order.id, accepted: order.paid }));
        await sayEvents(socket, new Texts(seed), plan.serverEach, false, () => socket.conn.writeBuffer.length);
        socket.emit("everything said");
    });
}

plan.peer === "ws" ? serveWebSockets() : serveSocketIo();
http.listen(Number(port), address);
await once(http, "listening");
console.log("listening");

process.stdin.resume();
await once(process.stdin, "end");
const open = () => new Promise((resolve, reject) => http.getConnections((error, n) => error ? reject(error) : resolve(n)));
while (await open()) await new Promise((resolve) => setTimeout(resolve, 20));
counts.save(path);
process.exit(0);
