// The npm package ws on both sides: eight connections, each of which ends in its own way. The client
// asks for one by the path.

import { WebSocket, WebSocketServer } from "ws";
import { once } from "node:events";
import { createServer } from "node:http";
import { curtain, host, listen, next, shut } from "./stage.mjs";

const endings = {
    "/going-away": (socket) => socket.close(1001, "The server is being restarted"),
    "/policy": (socket) => socket.close(1008, "This room is for members"),
    "/internal-error": (socket) => socket.close(1011),
    "/private-code": (socket) => socket.close(4000, "A code of our own: 再见"),
    "/no-code": (socket) => socket.close(),
    "/end-of-stream": (socket) => socket.terminate(), // FIN without a close frame
    "/reset": (socket) => socket._socket.resetAndDestroy(), // RST without a close frame
    "/too-big": () => {}, // the client sends more than the server takes, which closes with 1009
};

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: 1000 });
server.on("connection", (socket, request) => {
    socket.on("error", () => {}); // the violation that /too-big provokes
    socket.once("message", () => endings[request.url](socket));
});

const port = await listen(http);
await curtain(port);

for (const path of Object.keys(endings)) {
    const client = new WebSocket(`ws://${host}:${port}${path}`, { perMessageDeflate: false });
    client.on("error", () => {});
    await once(client, "open");
    const closed = next(client, "close");
    client.send(path === "/too-big" ? "too big ".repeat(200) : `Please end this: ${path}`);
    await closed;
}
await shut(server);
await shut(http);
