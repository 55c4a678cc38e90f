// A conversation that waits to be watched: node live.mjs socketio|ws
//
// Prints one JSON object a line on standard output: {"port": n} once the server listens, then what the
// applications say and hear, as it happens, with the time:
//   {"side": "client", "dir": "c2s", "what": "sent" | "heard", "text": ..., "time": ms since 1970}
// and {"end": true} when both have closed. Reads words from standard input: "go" connects, "next" says
// one more message each way, "burst" says two hundred each way without waiting, "close" ends it.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { host, listen, peerRequire } from "./conversation.mjs";

const kind = process.argv[2];
setTimeout(() => {
    console.error("the conversation takes more than 100 seconds");
    process.exit(1);
}, 100_000).unref();

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const now = () => performance.timeOrigin + performance.now();
const note = (side, dir, what, text) => say({ side, dir, what, text, time: now() });

/** Each kind resolves to a pair of functions that send a text, and one that closes. */
const kinds = {
    async socketio(server) {
        const { Server } = peerRequire()("socket.io-v4");
        const { io } = peerRequire()("socket.io-client-v4");
        const service = new Server(server, { transports: ["websocket"] });
        const accepted = once(service, "connection");
        return async () => {
            const client = io(`http://${host}:${server.address().port}`, { transports: ["websocket"] });
            const [peer] = await accepted;
            client.on("tell", (text) => note("client", "s2c", "heard", text));
            peer.on("tell", (text) => note("server", "c2s", "heard", text));
            if (!client.connected) await new Promise((resolve) => client.on("connect", resolve));
            return {
                c2s: (text) => client.emit("tell", text),
                s2c: (text) => peer.emit("tell", text),
                close: () => new Promise((resolve) => {
                    peer.on("disconnect", resolve);
                    client.close();
                }).then(() => service.close()),
            };
        };
    },
    async ws(server) {
        const { WebSocketServer, WebSocket } = peerRequire()("ws");
        const service = new WebSocketServer({ server });
        const accepted = once(service, "connection");
        return async () => {
            const client = new WebSocket(`ws://${host}:${server.address().port}/live`, { perMessageDeflate: false });
            const [peer] = await accepted;
            client.on("message", (data) => note("client", "s2c", "heard", String(data)));
            peer.on("message", (data) => note("server", "c2s", "heard", String(data)));
            if (client.readyState !== client.OPEN) await once(client, "open");
            return {
                c2s: (text) => client.send(text),
                s2c: (text) => peer.send(text),
                close: async () => {
                    const closed = once(peer, "close");
                    client.close(1000, "seen");
                    await closed;
                    service.close();
                },
            };
        };
    },
};

const server = createServer();
const connect = await kinds[kind](server);
say({ port: await listen(server) });

let conversation, spoken = 0;
const tell = (dir) => {
    const text = `${dir} message ${++spoken}`;
    note(dir === "c2s" ? "client" : "server", dir, "sent", text);
    conversation[dir](text);
};
for await (const word of createInterface({ input: process.stdin })) {
    if (word === "go") {
        conversation = await connect();
        say({ connected: true });
    } else if (word === "next") {
        tell("c2s");
        tell("s2c");
    } else if (word === "burst") {
        for (let i = 0; i < 200; ++i) {
            tell("c2s");
            tell("s2c");
        }
    } else if (word === "close") {
        await conversation.close();
        break;
    }
}
// Timers of the peers may be left over; whoever reads slowly shall have it all nevertheless.
process.stdout.write(JSON.stringify({ end: true }) + "\n", () => process.exit(0));
