// The echo server of `./dev bench send`: npm ws without compression. Prints {"port": N}, and serves until
// standard input ends.

import { createServer } from "node:http";
import { host, listen, peerRequire } from "../../peers/conversation.mjs";

const { WebSocketServer } = peerRequire()("ws");
const http = createServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", (socket) => {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
});
http.maxConnections = 4096;
console.log(JSON.stringify({ port: await listen(http) }));
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
