// Socket.IO, server and client of one generation, driven through every type of packet there is.
//   node socketio.mjs GENERATION WAY FOLDER [--tcpdump]
// GENERATION is 1 to 4, as the npm package counts; WAY is one of the table below.
//
// Three Engine.IO sessions follow one another: one in which everything is said, one refused at the
// default namespace, and one that the server closes.

import { createServer } from "node:http";
import { bringDocument, bringXhr, closeBrowser } from "./browser.mjs";
import { host, listen, next, packageFolder, peerRequire, plain, run } from "./conversation.mjs";
import { tapEngine, tapParsers } from "./tap.mjs";

const polling = { transports: ["polling"] }, websocket = { transports: ["websocket"] };
/** What is particular to each way of connecting: options of client and server. */
const ways = {
    text: { client: websocket }, // the only one in which no bytes are sent
    websocket: { client: websocket },
    upgrade: { client: { transports: ["polling", "websocket"] } },
    polling: { client: polling },
    // Bytes as base64 in text frames, which the client asks for with b64=1.
    base64: { client: { ...websocket, forceBase64: true } },
    // A browser's XMLHttpRequest: the binary form of payloads, gzip, connections that are kept.
    browser: { client: polling, server: { httpCompression: { threshold: 256 } } },
    jsonp: { client: { ...polling, forceJSONP: true } },
    deflate: {
        client: { ...websocket, perMessageDeflate: { threshold: 0 } },
        server: { perMessageDeflate: { threshold: 32 } },
    },
    msgpack: { client: websocket },
    recovery: { client: websocket, server: { connectionStateRecovery: { maxDisconnectionDuration: 60_000 } } },
};

const [generationText, wayName, folder, ...flags] = process.argv.slice(2);
const generation = Number(generationText), way = ways[wayName];
/** Versions 1 and 2: namespaces have queries, the server connects the default one unasked. */
const legacy = generation <= 2;

const serverRequire = peerRequire(`socket.io-v${generation}`);
const clientRequire = peerRequire(`socket.io-client-v${generation}`);
const engineRequire = peerRequire(`socket.io-client-v${generation}`, "engine.io-client");
if (wayName === "browser") bringXhr(engineRequire);
if (wayName === "jsonp") bringDocument();

const serverPackage = peerRequire()(`socket.io-v${generation}`);
const clientPackage = peerRequire()(`socket.io-client-v${generation}`);
const msgpackParser = wayName === "msgpack" && peerRequire()(`socket.io-msgpack-parser-v${legacy ? 2 : 3}`);

const pixels = Buffer.from("89504e470d0a1a0a0000ff", "hex");
const clay = Buffer.from("four bytes more");
const burst = ["one", "two", "three"];

/** Logs what the application says with `socket`, on its side, and hears there. */
class Speaker {
    constructor(log, side, socket, nsp) {
        Object.assign(this, { log, side, socket, nsp });
    }
    #line(what, event, args, sends, asks = false) {
        const dir = (this.side === "client") === sends ? "c2s" : "s2c";
        const line = { layer: "app", side: this.side, dir, what, nsp: this.nsp, event, args: plain(args) };
        // With recovery, the server adds one more argument, the offset, to events that need no answer.
        if (wayName === "recovery" && this.side === "server" && sends && what === "event" && !asks) line.offset = true;
        this.log.add(line);
    }
    say(event, ...args) {
        this.#line("event", event, args, true);
        this.socket.emit(event, ...args);
    }
    /** Says, and resolves to the arguments of the acknowledgement. */
    ask(event, ...args) {
        this.#line("event", event, args, true, true);
        return new Promise((resolve) => this.socket.emit(event, ...args, (...answer) => {
            this.#line("ack", event, answer, false);
            resolve(answer);
        }));
    }
    /** Calls back with the arguments; where an acknowledgement is wanted, the last one sends it. */
    hear(event, handle = () => {}) {
        this.socket.on(event, (...args) => {
            this.#line("event", event, args, false);
            const reply = args.at(-1);
            if (typeof reply === "function") {
                args[args.length - 1] = (...answer) => {
                    this.#line("ack", event, answer, true);
                    reply(...answer);
                };
            }
            handle(...args);
        });
    }
    /** Resolves when the event comes. */
    heard(event) {
        return new Promise((resolve) => this.hear(event, (...args) => resolve(args)));
    }
}

await run(folder, { tcpdump: flags.includes("--tcpdump") }, async ({ log, relay, stage, idle }) => {
    let sessions = 0;
    log.session = 0; // no client yet
    const clientsOwn = new WeakSet();
    tapEngine(log, "server", packageFolder(serverRequire, "engine.io"));
    tapEngine(log, "client", packageFolder(clientRequire, "engine.io-client"));
    tapParsers(log, msgpackParser ? [msgpackParser] : [serverRequire("socket.io-parser"), clientRequire("socket.io-parser")],
        (coder) => clientsOwn.has(coder), { legacy, msgpack: Boolean(msgpackParser) });

    const http = createServer();
    const options = {
        serveClient: false,
        cookie: false,
        pingInterval: 300,
        pingTimeout: 4000,
        perMessageDeflate: false,
        httpCompression: false,
        transports: ["polling", "websocket"],
        ...way.server,
    };
    if (msgpackParser) options.parser = msgpackParser;
    const io = legacy ? serverPackage(http, options) : new serverPackage.Server(http, options);

    const deny = (code) => {
        const refusal = new Error("Not with me – nein");
        // The msgpack parser for version 2 refuses errors that are no text.
        if (!legacy || !msgpackParser) refusal.data = { code, hint: "try another one 🙂" };
        return refusal;
    };
    io.use((socket, proceed) => proceed(socket.handshake.query.deny ? deny(4001) : undefined));
    io.on("connection", (socket) => {
        const root = new Speaker(log, "server", socket, "/");
        root.say("welcome", "Hello from the default namespace", { users: 3, open: true, nothing: null });
        root.hear("note");
        root.hear("Grüße, 世界");
        root.hear("nothing to say");
        root.hear("echo", (text) => root.say("echoed", text, text.length));
        root.hear("sum", (a, b, reply) => reply(a + b));
        root.hear("nothing", (reply) => reply());
        root.hear("burst", () => burst.forEach((word, i) => root.say("burst", word, i)));
        root.hear("upload", (data, more, reply) => reply({ sizes: [data.byteLength ?? data.length, more.inside[0].byteLength ?? more.inside[0].length] }));
        root.hear("copy", (data, reply) => reply({ first: data, second: [pixels] }, "copied"));
        root.hear("keep", () => {});
        root.hear("download", () => root.say("file", { name: "two parts", parts: [pixels, clay] }, "ä", 7));
        root.hear("ask me", async () => {
            const answer = await root.ask("question", "Tea or coffee?", ["tea", "coffee"]);
            root.say("thanks", ...answer);
        });
        root.hear("ask me for bytes", async () => {
            const [data, more] = await root.ask("send two");
            root.say("thanks for bytes", data.byteLength ?? data.length, more.byteLength ?? more.length);
        });
        // Not while the request that asks for it is being answered, which would cut the answer off.
        root.hear("throw me out entirely", () => setImmediate(() => socket.disconnect(true)));
    });
    const chat = io.of("/chat");
    chat.on("connection", (socket) => {
        const member = new Speaker(log, "server", socket, "/chat");
        member.hear("message", (room, message, reply) => {
            member.say("message", room, { ...message, seen: 1 });
            reply("delivered", true);
        });
        member.hear("picture", (data, reply) => reply(data));
        member.hear("throw me out", () => socket.disconnect());
    });
    io.of("/refused").use((socket, proceed) => proceed(deny(4003)));
    io.of("/refused").on("connection", () => {});

    const port = await relay(await listen(http));
    const refusal = legacy ? "error" : "connect_error";

    /** A client that has not connected yet. */
    const newManager = (query) => {
        log.session = ++sessions;
        const wanted = { perMessageDeflate: false, reconnection: false, autoConnect: false, ...way.client };
        if (query) wanted.query = query;
        if (msgpackParser) wanted.parser = msgpackParser;
        const manager = new clientPackage.Manager(`http://${host}:${port}`, wanted);
        clientsOwn.add(manager.encoder);
        clientsOwn.add(manager.decoder);
        return manager;
    };
    const closeManager = (manager) => (manager._close ?? manager.close).call(manager);
    const serverSaw = (type, nsp) => {
        const from = log.lines.length;
        return log.until((line) => line.layer === "socket" && line.side === "server" && line.type === type &&
            line.nsp === nsp && line.dir === "c2s", from);
    };

    stage("connecting");
    let manager = newManager();
    let rootSocket = manager.socket("/");
    let root = new Speaker(log, "client", rootSocket, "/");
    const welcome = root.heard("welcome");
    rootSocket.connect();
    const upgraded = wayName === "upgrade" && next(manager.engine, "upgrade");
    await welcome;
    await upgraded;

    stage("events");
    root.say("note", "plain text", 42, -1.5e3, 0.125, true, false, null, [], {}, [[1, [2]], { a: { b: [] } }]);
    root.say("Grüße, 世界", "äöüß", "👋🌍", "你好,世界", 'a "quoted" word, a \\ and a \n line\u2028', "\u0000\u001f", { schlüssel: "€" });
    root.say("nothing to say");
    const echoed = root.heard("echoed");
    root.say("echo", "0123456789 – Größe 😀 ".repeat(40));
    await echoed;
    await root.ask("sum", 19, 23);
    await root.ask("nothing");
    const bursts = new Promise((resolve) => root.hear("burst", (word) => word === burst.at(-1) && resolve()));
    root.say("burst");
    await bursts;

    stage("acknowledgements to the server");
    root.hear("question", (question, choices, reply) => reply(choices[0], { sugar: false }));
    const thanks = root.heard("thanks");
    root.say("ask me");
    await thanks;

    if (wayName !== "text") {
        stage("bytes");
        await root.ask("upload", pixels, { inside: [clay, "and text"] });
        await root.ask("copy", clay);
        const file = root.heard("file");
        root.say("download");
        await file;
        root.hear("send two", (reply) => reply(clay, pixels));
        const thanksForBytes = root.heard("thanks for bytes");
        root.say("ask me for bytes");
        await thanksForBytes;
        root.say("keep", Buffer.alloc(0), Buffer.alloc(1500, "0123456789"));
        await root.ask("sum", 1, 2);
    }

    stage("a namespace");
    const chatSocket = legacy
        ? manager.socket("/chat", { query: generation === 1 ? "token=open%20sesame&n=7" : { token: "open sesame", n: 7 } })
        : manager.socket("/chat", { auth: { token: "open sesame", user: { name: "Zoë", id: 7 } } });
    const member = new Speaker(log, "client", chatSocket, "/chat");
    const joined = next(chatSocket, "connect");
    chatSocket.connect();
    await joined;
    const message = member.heard("message");
    await member.ask("message", "lobby", { text: "Noon?", tags: ["lunch", "午饭"] });
    await message;
    if (wayName !== "text") await member.ask("picture", pixels);

    stage("refusals");
    for (const nsp of ["/refused", "/nowhere"]) {
        const socket = manager.socket(nsp);
        const refused = next(socket, refusal);
        socket.connect();
        await refused;
        // Version 1 and 2 would otherwise take the namespace for one that is still connecting.
        if (legacy) manager.connecting?.splice(manager.connecting.indexOf(socket), 1);
        else socket.disconnect();
    }

    stage("heartbeats");
    const pongs = (side) => (line) => line.layer === "engine" && line.type === "pong" && line.side === side && line.text === "";
    await log.until(pongs(legacy ? "client" : "server"));

    stage("disconnecting");
    const thrownOut = next(chatSocket, "disconnect");
    member.say("throw me out");
    await thrownOut;
    if (wayName === "recovery") {
        stage("recovery");
        const lost = new Promise((resolve) => [...io.sockets.sockets.values()][0].once("disconnect", resolve));
        // A first one with an offset, so that there is a place to go on from.
        const before = root.heard("before");
        log.add({ layer: "app", side: "server", dir: "s2c", what: "event", nsp: "/", event: "before", args: [1], offset: true });
        io.emit("before", 1);
        await before;
        manager.engine.close();
        await lost;
        await idle();
        log.session = 0;
        log.add({ layer: "app", side: "server", dir: "s2c", what: "event", nsp: "/", event: "missed", args: ["while you were away"], offset: true });
        io.emit("missed", "while you were away");
        log.session = ++sessions;
        const missed = root.heard("missed");
        rootSocket.connect();
        await missed;
        if (!rootSocket.recovered) throw new Error("the session was not recovered");
    }
    const left = serverSaw("DISCONNECT", "/");
    rootSocket.disconnect();
    await left;
    closeManager(manager);
    // The browser keeps its connections open until it is told that all answers have come.
    const quiet = () => (closeBrowser(), idle());
    await serverGone(io);
    await quiet();

    stage("the default namespace refuses");
    manager = newManager({ deny: "1" });
    rootSocket = manager.socket("/");
    const refused = next(rootSocket, refusal);
    rootSocket.connect();
    await refused;
    closeManager(manager);
    await serverGone(io);
    await quiet();

    stage("the server closes");
    manager = newManager();
    rootSocket = manager.socket("/");
    root = new Speaker(log, "client", rootSocket, "/");
    const again = root.heard("welcome");
    rootSocket.connect();
    const upgradedAgain = wayName === "upgrade" && next(manager.engine, "upgrade");
    await again;
    await upgradedAgain;
    const over = next(rootSocket, "disconnect");
    root.say("throw me out entirely");
    await over;
    await serverGone(io);
    await quiet();
    http.close();
});

/** Resolves when no Engine.IO session is left at the server. */
async function serverGone(io) {
    const engine = io.eio ?? io.engine;
    await Promise.all(Object.values(engine.clients).map((client) => next(client, "close")));
}
