// The clients of a load:
//
//     node talk.mjs LOAD SCALE ADDRESS PORT COUNTS
//
// Every connection says its part, waits for the server's, and closes. What was counted is written into
// the file COUNTS.

import { once } from "node:events";
import { peerRequire } from "../../../peers/conversation.mjs";
import { Counts } from "./counting.mjs";
import { planOf } from "./plans.mjs";
import { sayEvents, sayFragments, sayTexts } from "./speaking.mjs";
import { Texts } from "./texts.mjs";

const [name, scale, address, port, path] = process.argv.slice(2);
const plan = planOf(name, Number(scale));
const counts = new Counts("client");

/** Resolves when `count` messages were heard. */
function heard(socket, count) {
    let left = count;
    return new Promise((resolve) => {
        if (!left) resolve();
        socket.on("message", () => { if (--left === 0) resolve(); });
    });
}

async function talkOverWebSocket(WebSocket, seed) {
    const deflate = plan.deflate && { threshold: 0 };
    const socket = new WebSocket(`ws://${address}:${port}/load/${name}`, { perMessageDeflate: deflate ?? false });
    const everything = heard(socket, plan.echo ? plan.clientEach : plan.serverEach);
    await once(socket, "open");
    socket._socket.setNoDelay(true);
    const say = plan.fragment ? sayFragments : sayTexts;
    await say(socket, plan, new Texts(seed), plan.clientEach);
    await everything;
    socket.close(1000, "done");
    await once(socket, "close");
}

async function talkOverSocketIo(connect, seed) {
    const socket = connect(`http://${address}:${port}`, { transports: ["websocket"], forceNew: true, reconnection: false });
    const everything = new Promise((resolve) => socket.on("everything said", resolve));
    await new Promise((resolve) => socket.on("connect", resolve));
    const engine = socket.io.engine;
    await sayEvents(socket, new Texts(seed), plan.clientEach, true, () => engine.writeBuffer.length);
    await everything;
    const closed = once(engine.transport.ws, "close");
    socket.disconnect();
    await closed;
}

let talk;
if (plan.peer === "ws") {
    const WebSocket = peerRequire()("ws");
    counts.watch(WebSocket);
    talk = (seed) => talkOverWebSocket(WebSocket, seed);
} else {
    counts.watch(peerRequire(`socket.io-client-v${plan.version}`, "engine.io-client")("ws"));
    const { connect } = peerRequire()(`socket.io-client-v${plan.version}`);
    talk = (seed) => talkOverSocketIo(connect, seed);
}

let next = 0;
await Promise.all(Array.from({ length: Math.min(plan.atOnce ?? plan.connections, plan.connections) }, async () => {
    while (next < plan.connections) await talk(++next);
}));
counts.save(path);
process.exit(0);
