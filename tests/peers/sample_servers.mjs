// The servers of samples/, alone, so that a sample can be replayed against its own kind of server:
//
//     node sample_servers.mjs SAMPLE [changed]
//
// Prints {"ports": {...}} once everything listens, and serves until standard input ends. What in the
// recording was set off by the program that played both sides is set off here by the message in front
// of it. With "changed" each server answers one thing differently; `changes` below says which.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { host, listen, peerRequire } from "./conversation.mjs";

const [sample, mode] = process.argv.slice(2);
const changed = mode === "changed";
setTimeout(() => process.exit(1), 120_000).unref();

const { WebSocketServer } = peerRequire()("ws");

/** ws-echo: what comes goes back; three messages set something off. */
async function wsEcho() {
    const http = createServer();
    new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", (socket) => {
        socket.on("message", (data, binary) => {
            const text = binary ? "" : String(data);
            if (data.length === 65535) return socket.send(`Received ${data.length} bytes`);
            socket.send(changed && text === "Hello" ? "Hallo" : data, { binary });
            if (!text.endsWith("in pieces")) return;
            socket.send(Buffer.from([1, 2, 3]), { fin: false });
            socket.send(Buffer.alloc(0), { fin: true });
            socket.ping();
        });
    });
    return { server: await listen(http) };
}

/** ws-close-codes: each path ends in its own way. */
async function wsCloseCodes() {
    const endings = {
        "/going-away": (socket) => socket.close(1001, "The server is being restarted"),
        "/policy": (socket) => socket.close(changed ? 1013 : 1008, "This room is for members"),
        "/internal-error": (socket) => socket.close(1011),
        "/private-code": (socket) => socket.close(4000, "A code of our own: 再见"),
        "/no-code": (socket) => socket.close(),
        "/end-of-stream": (socket) => socket.terminate(),
        "/reset": (socket) => socket._socket.resetAndDestroy(),
        "/too-big": () => {},
    };
    const http = createServer();
    new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: 1000 }).on("connection", (socket, request) => {
        socket.on("error", () => {});
        socket.once("message", () => endings[request.url](socket));
    });
    return { server: await listen(http) };
}

async function wsDeflate() {
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
        server.on("connection", (socket) => socket.on("message", (data, binary) => {
            const text = String(data);
            socket.send(changed ? text.replace('"price":12.75', '"price":13') : data, { binary });
        }));
    }
    const http = createServer();
    http.on("upgrade", (request, socket, head) => {
        const server = servers[request.url];
        server.handleUpgrade(request, socket, head, (peer) => server.emit("connection", peer, request));
    });
    return { server: await listen(http) };
}

/** nginx in front of a ws server; the ports of both, as both legs were recorded. */
export async function startNginx(serverPort, locations) {
    const folder = mkdtempSync(join(tmpdir(), "framescope-nginx-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    const probe = createServer();
    const port = await listen(probe);
    probe.close();
    await once(probe, "close");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join("\n");
    writeFileSync(join(folder, "nginx.conf"), `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    ${temporary}
    server {
        listen ${host}:${port};
        ${locations(`http://${host}:${serverPort}`)}
    }
}
`);
    const path = `${process.env.PATH}:/usr/sbin:/sbin`;
    const nginx = spawn("nginx", ["-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")], {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, PATH: path },
    });
    process.on("exit", () => nginx.kill("SIGKILL"));
    // nginx does not say when it is ready: it is when it accepts a connection.
    for (let tries = 0; ; ++tries) {
        const attempt = connect(port, host);
        const accepted = await new Promise((resolve) => {
            attempt.once("connect", () => resolve(true));
            attempt.once("error", () => resolve(false));
        });
        attempt.destroy();
        if (accepted) return port;
        if (tries === 500 || nginx.exitCode !== null) throw new Error("nginx does not start");
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

/** The directives with which nginx forwards an upgrade. */
export const upgradeLocation = (path, target) => `
        location ${path} {
            proxy_pass ${target};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }`;

async function nginxProxy() {
    const http = createServer((request, response) => {
        response.writeHead(426, { "Content-Type": "text/plain", "Upgrade": "websocket" });
        response.end("This address speaks WebSocket only.\n");
    });
    new WebSocketServer({ server: http, perMessageDeflate: false }).on("connection", (socket) => {
        socket.send(changed ? "Hello from before the proxy" : "Hello from behind the proxy");
        socket.on("message", (data, binary) => socket.send(data, { binary }));
    });
    const server = await listen(http);
    const proxy = await startNginx(server, (target) =>
        upgradeLocation("/live", target) + `\nlocation /misconfigured { proxy_pass ${target}; }`);
    return { server, proxy };
}

/** python-websockets: its own server, in Python. */
async function pythonWebsockets() {
    const program = join(dirname(fileURLToPath(import.meta.url)), "sample_server.py");
    const python = spawn("/usr/bin/python3", [program, mode ?? ""], { stdio: ["pipe", "pipe", "inherit"] });
    process.on("exit", () => python.kill());
    const [line] = await once(python.stdout, "data");
    return { server: Number(line) };
}

function socketio4Server(http, options = {}) {
    const { Server } = peerRequire()("socket.io-v4");
    const io = new Server(http, { serveClient: false, ...options });
    io.on("connection", (socket) => {
        socket.emit("welcome", "Hello from the default namespace", { users: 3, open: true });
        socket.on("sum", (a, b, reply) => reply(changed ? a * b : a + b));
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
        socket.on("message", (room, message) =>
            chat.emit("message", room, { ...message, seen: changed ? 2 : 1 }));
        socket.on("ask me", async () => {
            const answer = await socket.timeout(5000).emitWithAck("question", "Tea or coffee?", ["tea", "coffee"]);
            socket.emit("thanks", answer);
        });
        socket.on("throw me out", () => socket.disconnect());
    });
}

async function socketio4() {
    const http = createServer();
    socketio4Server(http);
    return { server: await listen(http) };
}

async function socketio2() {
    const http = createServer();
    const io = peerRequire()("socket.io-v2")(http, { serveClient: false, cookie: false });
    io.on("connection", (socket) => {
        socket.emit("welcome", "Hello from the default namespace", { users: 3, open: true });
        socket.on("sum", (a, b, reply) => reply(changed ? a * b : a + b));
        socket.on("upload", (name, data, info, reply) => reply({ name, size: data.length, info }));
        socket.on("download", () => socket.emit("file", { name: "one.bin", data: Buffer.from([1, 2, 3]) }));
        // The recorded server was shut down when the client had left.
        socket.on("disconnect", () => socket.conn.close(true));
    });
    const chat = io.of("/chat");
    chat.on("connection", (socket) => {
        socket.on("message", (room, message) => chat.emit("message", room, message));
        socket.on("ask me", () => {
            socket.emit("question", "Tea or coffee?", ["tea", "coffee"], (answer) => socket.emit("thanks", answer));
        });
        socket.on("throw me out", () => socket.disconnect());
    });
    return { server: await listen(http) };
}

async function heartbeats() {
    const pingInterval = 200;
    const http4 = createServer();
    const http2 = createServer();
    const { Server } = peerRequire()("socket.io-v4");
    const io4 = new Server(http4, { pingInterval, serveClient: false });
    const io2 = peerRequire()("socket.io-v2")(http2, { pingInterval, serveClient: false });
    if (changed) for (const io of [io4, io2]) io.on("connection", (socket) => socket.emit("surplus", 1));
    return { v4: await listen(http4), v2: await listen(http2) };
}

/** chromium-socketio4: what the server did when the page said "done". */
async function chromium() {
    const http = createServer();
    const { Server } = peerRequire()("socket.io-v4");
    const io = new Server(http);
    io.on("connection", (socket) => {
        socket.on("sum", (a, b, reply) => reply(a + b));
        socket.on("done", async () => {
            await socket.emitWithAck("question", changed ? "Who is it?" : "Who is there?");
            const size = once(socket, "picture size");
            socket.emit("picture", "dot", Buffer.from("89504e470d0a1a0a", "hex"));
            await size;
            socket.disconnect(true);
        });
    });
    return { server: await listen(http) };
}

/** event-stream: its three streams, told apart by the Last-Event-ID of the request. */
async function eventStream() {
    const lines = (end, ...texts) => texts.map((text) => text + end).join("");
    const streams = {
        "": [
            "\ufeff" + lines("\n", "retry: 500", ""),
            lines("\n", ": the price of tea", "", "event: price", `data: {"tea":"Assam","pence":${changed ? 413 : 412}}`, "id: 1", ""),
            lines("\n", "data: two lines,", "data: 第二行", "id: 2", "") + lines("\n", 'data: {"a":', "data: [1, 2]}", ""),
            "id: 3\ndata: cut in",
            " three pie",
            "ces\n\n",
            ":\n",
            ": keep-alive\n\n",
        ],
        "3": [
            lines("\r\n", "event: price", 'data: {"tea":"Darjeeling","pence":655}', "id: 4", ""),
            lines("\r\n", "id: 5", "", "data", "", "data", "data", "") + ":ends with CR\r\n\r",
            "\nevent: half\r\ndata: never fin",
        ],
        "4": [lines("\r", "data:no space", "id: 5", ""), lines("\r", "data:  two spaces", "id: 6", "", ": bye", "")],
    };
    const http = createServer((request, response) => {
        const id = request.headers["last-event-id"] ?? "";
        const last = id === "4";
        response.useChunkedEncodingByDefault = !last;
        response.writeHead(200, {
            "Content-Type": last ? 'text/event-stream; charset="UTF-8"' : "text/event-stream",
            "Cache-Control": "no-store",
            "Connection": "close",
        });
        // A write of its own for each piece, each behind the one before.
        let write = Promise.resolve();
        for (const piece of streams[id]) {
            write = write.then(() => new Promise((resolve) => response.write(piece, resolve)));
        }
        if (!last) write.then(() => setImmediate(() => response.destroy()));
    });
    return { server: await listen(http) };
}

async function httpKeepalive() {
    const page = "A page of forty-one bytes, then the end.\n";
    const http = createServer(async (request, response) => {
        switch (request.url) {
            case "/length":
                response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": page.length });
                return response.end(page);
            case "/chunked":
                response.writeHead(200, { "Content-Type": "text/plain", "Trailer": "X-Chunks" });
                response.write("The first chunk. ");
                response.write("第二块. ");
                response.addTrailers({ "X-Chunks": "3" });
                return response.end("The third chunk.\n");
            case "/no-content":
                response.writeHead(204);
                return response.end();
            case "/unchanged":
                response.writeHead(304, { "ETag": changed ? '"43"' : '"42"' });
                return response.end();
            case "/form":
                request.setEncoding("utf8");
                response.writeHead(201, { "Content-Type": "application/json" });
                return response.end(JSON.stringify({ received: (await request.toArray()).join("") }));
            case "/to-the-end":
                response.useChunkedEncodingByDefault = false;
                response.removeHeader("Content-Length");
                response.writeHead(200, { "Content-Type": "text/plain", "Connection": "close" });
                response.write("This body has no length: ");
                return response.end("it ends with the connection.\n");
        }
        response.writeHead(404, { "Content-Length": 0 });
        response.end();
    });
    return { server: await listen(http) };
}

const servers = {
    "ws-echo": wsEcho,
    "ws-close-codes": wsCloseCodes,
    "ws-deflate": wsDeflate,
    "nginx-proxy": nginxProxy,
    "python-websockets": pythonWebsockets,
    "socketio4-websocket": socketio4,
    "socketio4-polling-upgrade": socketio4,
    "socketio2-websocket": socketio2,
    "socketio2-polling-upgrade": socketio2,
    "socketio-heartbeats": heartbeats,
    "chromium-socketio4": chromium,
    "event-stream": eventStream,
    "http-keepalive": httpKeepalive,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const ports = await servers[sample]();
    console.log(JSON.stringify({ ports }));
    process.stdin.on("end", () => process.exit(0));
    process.stdin.resume();
}
