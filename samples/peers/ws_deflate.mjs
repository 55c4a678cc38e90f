// The npm package ws on both sides with permessage-deflate: one connection that keeps its window from
// message to message, one without takeover, one where the client offers it and the server declines.

import { WebSocket, WebSocketServer } from "ws";
import { once } from "node:events";
import { createServer } from "node:http";
import { curtain, host, listen, next, shut } from "./stage.mjs";

const servers = {
    "/takeover": new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 16 } }),
    "/no-takeover": new WebSocketServer({
        noServer: true,
        perMessageDeflate: {
            threshold: 16,
            serverNoContextTakeover: true,
            clientNoContextTakeover: true,
            serverMaxWindowBits: 10,
        },
    }),
    "/declined": new WebSocketServer({ noServer: true, perMessageDeflate: false }),
};
for (const server of Object.values(servers)) {
    server.on("connection", (socket) => {
        socket.on("message", (data, binary) => socket.send(data, { binary }));
    });
}
const http = createServer();
http.on("upgrade", (request, socket, head) => {
    const server = servers[request.url];
    server.handleUpgrade(request, socket, head, (peer) => server.emit("connection", peer, request));
});

const port = await listen(http);
await curtain(port);

for (const path of Object.keys(servers)) {
    const client = new WebSocket(`ws://${host}:${port}${path}`, { perMessageDeflate: { threshold: 16 } });
    await once(client, "open");
    const echo = async (...args) => {
        client.send(...args);
        await once(client, "message");
    };
    await echo("short"); // under the threshold: sent as it is, RSV1 clear
    await echo(JSON.stringify({ event: "price", symbol: "TEA", price: 12.5, currency: "EUR" }));
    await echo(JSON.stringify({ event: "price", symbol: "TEA", price: 12.75, currency: "EUR" }));
    await echo("Again and again. ".repeat(300));
    await echo(Buffer.alloc(5000, "0123456789abcdef"));
    await echo("压缩过的文字 👋 ".repeat(20));
    await echo("This text is long enough, but it was sent uncompressed.", { compress: false });

    // A compressed text of three fragments: RSV1 is set on the first alone.
    const joined = next(client, "message");
    client.send("The first of three fragments, ", { fin: false });
    client.send("the second of three fragments, ", { fin: false });
    client.send("the last of three fragments.", { fin: true });
    await joined;

    const closed = next(client, "close");
    client.close(1000);
    await closed;
}
await shut(http);
