// Servers that tell what their own code received, for messages that our client composes:
//
//     node hearing_server.mjs ws|nginx|socketio2|socketio4
//
// Prints {"port": N}, then a JSON object for everything heard, as it happens (bytes are written
// {"@bytes": base64}), and serves until standard input ends. What ws hears is a message, a ping, a
// pong, a close, or an error; what socket.io hears has the namespace it came by. Paths choose what a
// ws server agrees to: /plain, /deflate, /deflate-alone (no takeover either way), /deflate-small (a
// window of 9 bits).

import { createServer } from "node:http";
import { host, listen, peerRequire, plain } from "./conversation.mjs";
import { startNginx, upgradeLocation } from "./sample_servers.mjs";

const kind = process.argv[2];
setTimeout(() => process.exit(1), 120_000).unref();
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

async function wsServer() {
    const { WebSocketServer } = peerRequire()("ws");
    const alone = { serverNoContextTakeover: true, clientNoContextTakeover: true };
    const agreements = {
        "/plain": false,
        "/deflate": { threshold: 0 },
        "/deflate-alone": { threshold: 0, ...alone },
        "/deflate-small": { threshold: 0, clientMaxWindowBits: 9, serverMaxWindowBits: 9 },
    };
    const http = createServer();
    const servers = {};
    for (const [path, perMessageDeflate] of Object.entries(agreements)) {
        const server = new WebSocketServer({ noServer: true, perMessageDeflate });
        servers[path] = server;
        server.on("connection", (socket, request) => {
            say({ what: "open", path: request.url, protocol: socket.protocol, extensions: socket.extensions });
            socket.on("message", (data, binary) => {
                say(binary ? { what: "binary", bytes: plain(data) } : { what: "text", text: String(data) });
                socket.send(data, { binary });
            });
            socket.on("ping", (data) => say({ what: "ping", bytes: plain(data) }));
            socket.on("pong", (data) => say({ what: "pong", bytes: plain(data) }));
            socket.on("error", (error) => say({ what: "error", code: error.code ?? "", message: error.message }));
            socket.on("close", (code, reason) => say({ what: "close", code, reason: String(reason) }));
        });
    }
    http.on("upgrade", (request, socket, head) => {
        const server = servers[new URL(request.url, "http://x").pathname];
        if (!server) return socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        server.handleUpgrade(request, socket, head, (peer) => server.emit("connection", peer, request));
    });
    return listen(http);
}

/** Every event of every namespace; "ask" lets the server ask back, "file" sends binary data. */
function hearSocket(socket, nsp) {
    say({ what: "connected", nsp, auth: plain(socket.handshake.auth ?? null), query: socket.handshake.query?.user ?? null });
    const answer = (name, args) => {
        const reply = typeof args.at(-1) === "function" ? args.at(-1) : undefined;
        say({ what: "event", nsp, event: name, args: plain(args), ack: reply !== undefined });
        if (reply) return reply(...args.slice(0, -1));
        if (name === "ask") return socket.emit("question", ...args, (...answers) => say({ what: "answer", nsp, args: plain(answers) }));
        if (name === "leave") return socket.disconnect();
        socket.emit(name, ...args);
    };
    if (socket.onAny) {
        socket.onAny((name, ...args) => answer(name, args));
    } else {
        // Version 2 has no listener for everything; this is where events arrive.
        socket.onevent = (packet) => {
            const [name, ...args] = packet.data;
            answer(name, packet.id === undefined || packet.id === null ? args : [...args, socket.ack(packet.id)]);
        };
    }
    socket.on("disconnect", (reason) => say({ what: "disconnected", nsp, reason }));
}

async function socketioServer(name) {
    const http = createServer();
    const module = peerRequire()(name);
    const io = module.Server ? new module.Server(http, { serveClient: false }) : module(http, { serveClient: false });
    const engine = io.engine ?? io.eio;
    engine.on("connection", (transport) => {
        say({ what: "session", transport: transport.transport.name });
        transport.on("upgrade", (to) => say({ what: "upgraded", transport: to.name }));
        transport.on("heartbeat", () => say({ what: "heartbeat" }));
        transport.on("close", (reason) => say({ what: "session closed", reason }));
    });
    io.on("connection", (socket) => hearSocket(socket, "/"));
    const chat = io.of("/chat");
    chat.use((socket, proceed) => {
        const token = socket.handshake.auth?.token ?? socket.handshake.query?.token;
        proceed(token === "wrong" ? new Error("The token is wrong") : undefined);
    });
    chat.on("connection", (socket) => hearSocket(socket, "/chat"));
    return listen(http);
}

const servers = {
    ws: wsServer,
    nginx: async () => startNginx(await wsServer(), (target) => upgradeLocation("/", target)),
    socketio2: () => socketioServer("socket.io-v2"),
    socketio4: () => socketioServer("socket.io-v4"),
};
say({ port: await servers[kind]() });
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
