// The npm package ws and Python's websockets talk to each other, every kind of frame both ways.
//   node websocket.mjs SERVER CLIENT WAY FOLDER
// SERVER and CLIENT are "ws" or "python" (not both the latter), WAY is one of the table below.
//
// The client leads: what it sends comes back, but for a few texts that ask the server for something.
// The first connection says everything; one more follows for each way of closing. Lines of the log:
//   layer "message"  a message as the application sent or received it, a ping, a pong, a close
//   layer "frame"    a frame as the sender (Python: either side) handled it, with opcode and fin

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { host, listen, next, peerRequire, plain, run } from "./conversation.mjs";

const { WebSocket, WebSocketServer } = peerRequire()("ws");

/** The four parameters of permessage-deflate (RFC 7692 section 7.1), or none for no compression. */
const ways = {
    plain: undefined,
    takeover: {},
    "no-takeover": { server_no_context_takeover: true, client_no_context_takeover: true },
    "window-bits": { server_max_window_bits: 9, client_max_window_bits: 10 },
    "one-sided": { server_no_context_takeover: true, client_max_window_bits: 9 },
    "other-sided": { client_no_context_takeover: true, server_max_window_bits: 12 },
};

const [serverKind, clientKind, wayName, folder] = process.argv.slice(2);
const way = ways[wayName];
const deflate = way && {
    threshold: 32, // so that short messages go uncompressed in between
    serverNoContextTakeover: way.server_no_context_takeover ?? undefined,
    clientNoContextTakeover: way.client_no_context_takeover ?? undefined,
    serverMaxWindowBits: way.server_max_window_bits,
    clientMaxWindowBits: way.client_max_window_bits,
};

const closings = [
    { by: "client", code: 1000, reason: "fin" },
    { by: "client", code: 1001, reason: "" },
    { by: "client", code: 4999, reason: "Grüße 👋" },
    { by: "server", code: 1000, reason: "done" },
    { by: "server", code: 1011, reason: "ääh, an error" },
    { by: "server", code: 3000, reason: "" },
];

/** A ws socket that logs what it sends and receives. */
class Speaker {
    #waiting = [];
    #arrived = [];
    #closing = false;

    constructor(log, side, socket) {
        Object.assign(this, { log, side, socket });
        socket.on("message", (data, binary) => {
            const message = binary ? data : data.toString();
            this.#heard(binary ? { what: "binary", bytes: plain(data) } : { what: "text", text: message });
            const waiting = this.#waiting.shift();
            waiting ? waiting(message) : this.#arrived.push(message);
        });
        socket.on("ping", (data) => {
            this.#heard({ what: "ping", bytes: plain(data) });
            this.#said({ what: "pong", bytes: plain(data) }, 10); // the library answers by itself
        });
        socket.on("pong", (data) => this.#heard({ what: "pong", bytes: plain(data) }));
        socket.on("close", (code, reason) => {
            const line = this.#closeLine(code, reason.toString());
            this.#heard(line);
            if (!this.#closing) this.#said(line, 8);
        });
        this.closed = next(socket, "close");
    }
    /** The next message. */
    hear() {
        if (this.#arrived.length) return Promise.resolve(this.#arrived.shift());
        return new Promise((resolve) => this.#waiting.push(resolve));
    }
    say(message, options = {}) {
        this.#message([message]);
        this.#frame(typeof message === "string" ? 1 : 2, true);
        this.socket.send(message, options);
    }
    /** One message in fragments; `between` is called behind the first one. */
    sayInPieces(pieces, between = () => {}) {
        pieces.forEach((piece, i) => {
            const fin = i + 1 === pieces.length;
            if (fin) this.#message(pieces); // as whoever receives it knows of it
            this.#frame(i ? 0 : typeof piece === "string" ? 1 : 2, fin);
            this.socket.send(piece, { fin });
            if (i === 0) between();
        });
    }
    /** Resolves when the pong has come. */
    async ping(data) {
        this.#said({ what: "ping", bytes: plain(Buffer.from(data)) }, 9);
        this.socket.ping(data);
        await next(this.socket, "pong");
    }
    close(code, reason) {
        this.#closing = true;
        this.#said(this.#closeLine(code, reason), 8);
        code === 1005 ? this.socket.close() : this.socket.close(code, reason);
        return this.closed;
    }
    #closeLine(code, reason) {
        if (code === 1006) throw new Error("a connection was lost");
        return code === 1005 ? { what: "close" } : { what: "close", code, reason };
    }
    #message(pieces) {
        const line = typeof pieces[0] === "string"
            ? { what: "text", text: pieces.join("") }
            : { what: "binary", bytes: plain(Buffer.concat(pieces)) };
        this.log.add({ layer: "message", side: this.side, dir: this.#dir(true), ...line });
    }
    #said(line, opcode) {
        this.log.add({ layer: "message", side: this.side, dir: this.#dir(true), ...line });
        this.#frame(opcode, true);
    }
    #heard(line) {
        this.log.add({ layer: "message", side: this.side, dir: this.#dir(false), ...line });
    }
    #frame(opcode, fin) {
        this.log.add({ layer: "frame", side: this.side, dir: this.#dir(true), opcode, fin });
    }
    #dir(sends) {
        return (this.side === "client") === sends ? "c2s" : "s2c";
    }
}

/** The server's part. */
async function serve(speaker) {
    for (;;) {
        const message = await speaker.hear();
        if (message === "in pieces") speaker.sayInPieces(["These ", "are ", "vier ", "Stücke 🙂"]);
        else if (message === "bytes in pieces") speaker.sayInPieces([Buffer.alloc(40, "ab"), Buffer.alloc(0), Buffer.alloc(300, 7)]);
        else if (message === "ping me") {
            await speaker.ping("server to client");
            speaker.say("you answered");
        } else if (typeof message === "string" && message.startsWith("close me ")) {
            const [code, ...reason] = message.slice("close me ".length).split(" ");
            speaker.close(Number(code), reason.join(" "));
        } else speaker.say(message);
    }
}

/** The client's part, on its first connection. */
async function converse(speaker) {
    const echo = async (message, options) => {
        speaker.say(message, options);
        await speaker.hear();
    };
    await echo("Hello");
    await echo("");
    await echo("Grüße, 世界 👋");
    await echo(Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
    await echo(Buffer.alloc(0));
    for (const price of [12.5, 12.75, 13]) {
        await echo(JSON.stringify({ event: "price", symbol: "TEA", price, currency: "EUR" }));
    }
    for (const length of [125, 126, 65535, 65536]) await echo("0123456789abcdef".repeat(4097).slice(0, length));
    await echo("This text is long enough, but it was sent uncompressed.", { compress: false });
    // A control frame inside a fragmented message.
    let answered;
    speaker.sayInPieces(["The first of three fragments – ", "the second of three fragments, ", "the last one."],
        () => (answered = speaker.ping("between")));
    await speaker.hear();
    await answered;
    speaker.sayInPieces([Buffer.alloc(100, 1), Buffer.alloc(0)]);
    await speaker.hear();
    for (const wish of ["in pieces", "bytes in pieces", "ping me"]) await echo(wish);
    await speaker.ping("client to server");
    await speaker.ping("");
    await echo("An end");
}

/** Starts the Python peer; its lines go to the log, the first one tells that it is ready. */
async function startPython(log, ...args) {
    const program = fileURLToPath(new URL("websockets_peer.py", import.meta.url));
    // Debian's own interpreter, which has Debian's package.
    const python = spawn("/usr/bin/python3", [program, ...args, JSON.stringify(way ?? null)], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface(python.stdout);
    const ended = new Promise((resolve, reject) =>
        python.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`Python ended with ${code}`)))));
    ended.catch(() => {});
    const [ready] = await Promise.race([next(lines, "line"), ended.then(() => { throw new Error("Python ended early"); })]);
    lines.on("line", (line) => log.add(JSON.parse(line)));
    return { ready: JSON.parse(ready), ended, end: () => python.stdin.end() };
}

await run(folder, {}, async ({ log, relay, stage, idle }) => {
    stage("starting");
    let port, python, endServer;
    if (serverKind === "python") {
        python = await startPython(log, "server");
        port = await relay(python.ready.port);
        endServer = () => (python.end(), python.ended);
    } else {
        const http = createServer();
        const server = new WebSocketServer({ server: http, perMessageDeflate: deflate ?? false });
        server.on("connection", (socket) => serve(new Speaker(log, "server", socket)));
        port = await relay(await listen(http));
        endServer = () => new Promise((resolve) => http.close(resolve));
    }
    const url = `ws://${host}:${port}/peers`;
    if (clientKind === "python") {
        stage("Python leads");
        python = await startPython(log, "client", url, JSON.stringify(closings));
        await python.ended;
        await idle();
    } else {
        // Python's close() always sends a code.
        const all = serverKind === "ws" ? [...closings, { by: "client", code: 1005 }, { by: "server", code: 1005 }] : closings;
        for (const [i, { by, code, reason }] of all.entries()) {
            stage(`connection ${i}`);
            const socket = new WebSocket(url, { perMessageDeflate: deflate ?? false });
            const speaker = new Speaker(log, "client", socket);
            await next(socket, "open");
            if (Boolean(way) !== socket.extensions.includes("permessage-deflate")) throw new Error("compression was not agreed as wanted");
            if (i === 0) await converse(speaker);
            if (by === "client") await speaker.close(code, reason);
            else {
                speaker.say(`close me ${code} ${reason}`);
                await speaker.closed;
            }
            await idle();
        }
    }
    stage("the end");
    await endServer();
});
