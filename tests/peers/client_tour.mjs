// Real clients go through everything that our test server offers:
//
//     node client_tour.mjs ws|socketio2|socketio4|http URL
//
// URL is the server's own, http://127.0.0.1:N/. Ends with 0 when all was as it should be; what was not
// stands on standard error.

import assert from "node:assert/strict";
import { once } from "node:events";
import { peerRequire } from "./conversation.mjs";

const [kind, base] = process.argv.slice(2);
const wsBase = base.replace("http", "ws");
setTimeout(() => {
    console.error(`the tour of ${kind} takes more than 50 seconds`);
    process.exit(1);
}, 50_000).unref();

const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

async function ws() {
    const { WebSocket } = peerRequire()("ws");
    const open = async (path, protocols, options) => {
        const socket = new WebSocket(wsBase + path, protocols, options);
        await once(socket, "open");
        return socket;
    };
    const echo = async (socket, data, options = {}) => {
        socket.send(data, options);
        const [answer, binary] = await next(socket, "message");
        assert.equal(binary, typeof data !== "string");
        assert.deepEqual(binary ? Buffer.from(answer) : String(answer), data);
    };
    const plain = { perMessageDeflate: false };
    const agreements = [
        plain,
        { perMessageDeflate: { threshold: 0 } },
        { perMessageDeflate: { threshold: 0, clientNoContextTakeover: true } },
        { perMessageDeflate: { threshold: 0, serverNoContextTakeover: true } },
        { perMessageDeflate: { threshold: 0, clientMaxWindowBits: 9, serverMaxWindowBits: 10 } },
    ];
    for (const options of agreements) {
        const socket = await open("echo", ["chat"], options);
        assert.equal(socket.protocol, "chat");
        assert.equal(socket.extensions.includes("permessage-deflate"), options !== plain);
        await echo(socket, "hello");
        await echo(socket, "");
        await echo(socket, "Grüße, 你好, 👋🌍");
        for (const length of [0, 1, 125, 126, 65535, 65536, 1 << 20]) {
            await echo(socket, Buffer.alloc(length, "0123456789abcdef"));
        }
        for (let i = 0; i < 50; ++i) await echo(socket, JSON.stringify({ event: "price", number: i, currency: "EUR" }));
        // A message of three fragments with a ping in between comes back as one.
        const joined = next(socket, "message");
        const pong = next(socket, "pong");
        socket.send("one, ", { fin: false });
        socket.ping("between");
        socket.send("two, ", { fin: false });
        socket.send("three", { fin: true });
        assert.equal(String((await pong)[0]), "between");
        assert.equal(String((await joined)[0]), "one, two, three");
        const closed = next(socket, "close");
        socket.close(4321, "the end");
        assert.equal((await closed)[0], 4321);
    }
    // A hundred messages without waiting keep their order.
    const socket = await open("echo", [], plain);
    const heard = [];
    socket.on("message", (data) => heard.push(String(data)));
    for (let i = 0; i < 100; ++i) socket.send(`message ${i}`);
    while (heard.length < 100) await once(socket, "message");
    assert.deepEqual(heard, Array.from({ length: 100 }, (_, i) => `message ${i}`));
    // Too much is refused with 1009.
    const closed = next(socket, "close");
    socket.on("error", () => {});
    socket.send(Buffer.alloc((16 << 20) + 1));
    assert.equal((await closed)[0], 1009);
}

/** The same for both versions; transports as the client names them. */
async function socketio(version) {
    const require = peerRequire();
    const connect = version === 2 ? require("socket.io-client-v2") : require("socket.io-client-v4").io;
    for (const transports of [["websocket"], ["polling"], ["polling", "websocket"]]) {
        const options = { transports, reconnection: false, forceNew: true };
        const socket = connect(base, options);
        await next(socket, "connect");
        if (transports.length === 2) {
            const engine = socket.io.engine;
            if (engine.transport.name !== "websocket") await next(engine, "upgrade");
        }
        const ask = (target, ...args) => new Promise((resolve) => target.emit(...args, (...answer) => resolve(answer)));
        const echo = async (name, ...args) => {
            const answer = next(socket, name);
            socket.emit(name, ...args);
            assert.deepEqual(await answer, args);
        };
        await echo("note", "plain", 42, -1.5, true, null, [], { a: "你好" });
        await echo("nothing");
        const picture = Buffer.from("89504e470d0a1a0a", "hex");
        await echo("picture", "dot", picture, { nested: [Buffer.from([0, 255])] });
        await echo("large", "x".repeat(200_000));
        assert.deepEqual(await ask(socket, "sum", 19, { b: 23 }), [19, { b: 23 }]);
        assert.deepEqual(await ask(socket, "picture", picture), [picture]);
        // The server asks back, with an acknowledgement of its own.
        socket.once("question", (text, bytes, reply) => reply(`you asked ${text}`, bytes));
        assert.deepEqual(await ask(socket, "ask", "tea?", picture), ["you asked tea?", picture]);

        const nowhere = connect(base + "nowhere", { ...options, forceNew: false });
        const [refusal] = await next(nowhere, version === 2 ? "error" : "connect_error");
        assert.equal(refusal.message ?? refusal, "Invalid namespace");

        // Two members of a room: what one says the other hears.
        const join = (user) => connect(base + "chat", { ...options, forceNew: true, auth: { user }, query: { user } });
        const [ada, bob] = [join("Ada"), join("Bob")];
        if (version === 4) assert.deepEqual((await next(ada, "welcome"))[0], { user: "Ada" });
        else if (!ada.connected) await next(ada, "connect");
        if (!bob.connected) await next(bob, "connect");
        assert.equal((await ask(ada, "join", "kitchen"))[0], "kitchen");
        assert.deepEqual(await ask(bob, "join", "kitchen"), ["kitchen", 2]);
        const heard = next(bob, "message");
        assert.deepEqual(await ask(ada, "message", "tea is ready", picture), [1]);
        assert.deepEqual(await heard, ["tea is ready", picture]);
        const wrong = version === 2
            ? connect(base + "chat?token=wrong", { ...options, query: { token: "wrong" } })
            : connect(base + "chat", { ...options, auth: { token: "wrong" } });
        const [error] = await next(wrong, version === 2 ? "error" : "connect_error");
        assert.equal(error.message ?? error, "The token is wrong");
        for (const one of [nowhere, wrong, ada]) one.close();

        // The server ends the namespace, then the client the connection.
        const ended = next(bob, "disconnect");
        bob.emit("goodbye");
        assert.equal((await ended)[0], "io server disconnect");
        const gone = next(socket, "disconnect");
        socket.close();
        assert.equal((await gone)[0], "io client disconnect");
        bob.close();
    }
    // Heartbeats: the server was started with a short interval.
    const socket = connect(base, { transports: ["websocket"], reconnection: false, forceNew: true });
    await next(socket, "connect");
    for (let i = 0; i < 3; ++i) await next(version === 2 ? socket : socket.io, version === 2 ? "pong" : "ping");
    assert.ok(socket.connected);
    socket.close();
}

/** Event stream, long polling, statuses, the page: what a browser or curl would ask. */
async function http() {
    const page = await fetch(base);
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-type"), /^text\/html/);
    assert.match(await page.text(), /<\/html>/i);
    for (const status of [204, 302, 404, 418, 503]) {
        assert.equal((await fetch(`${base}status/${status}`, { redirect: "manual" })).status, status);
    }
    assert.equal((await fetch(`${base}nowhere`)).status, 404);

    const events = async (headers) => {
        const response = await fetch(`${base}events?count=5&interval=10`, { headers });
        assert.match(response.headers.get("content-type"), /^text\/event-stream/);
        const text = await response.text();
        return [...text.matchAll(/^id: ?(\d+)$/gm)].map((match) => Number(match[1]));
    };
    const first = await events({});
    assert.equal(first.length, 5);
    const behind = await events({ "Last-Event-ID": String(first.at(-1)) });
    assert.equal(behind[0], first.at(-1) + 1);

    // Two connections may overtake each other, so the news are told until somebody has heard them.
    let heard;
    const waiting = fetch(`${base}poll`).then((response) => (heard = response));
    while (!heard) {
        assert.ok((await fetch(`${base}poll`, { method: "POST", body: "news" })).ok);
        await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    assert.match(await heard.text(), /news/);
    assert.equal((await fetch(`${base}poll?timeout=20`)).status, 204);
}

await { ws, http, socketio2: () => socketio(2), socketio4: () => socketio(4) }[kind]();
process.exit(0);
