// Real clients meet everything that our test server does wrong on request, and report what each fault
// should cause:
//
//     node misbehaviour_tour.mjs URL
//
// URL is the server's own, http://127.0.0.1:N/; it was started with heartbeats every 300 ms that wait for
// 200 ms. Ends with 0 when every report was the expected one, and prints the reports.

import assert from "node:assert/strict";
import { peerRequire } from "./conversation.mjs";

const base = process.argv[2];
setTimeout(() => {
    console.error("the tour takes more than 55 seconds");
    process.exit(1);
}, 55_000).unref();

/** Other than once() of node:events it lets an error pass, which is part of the report. */
const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

const require = peerRequire();
const { WebSocket } = require("ws");
const clients = { 2: require("socket.io-client-v2"), 4: require("socket.io-client-v4").io };

/** What ws tells of a connection on which it says "hello" three times and pings in between. */
async function reportOfWs(fault, options = {}) {
    const url = `${base.replace("http", "ws")}echo?misbehave=${fault}`;
    const { protocols, perMessageDeflate = false, ...rest } = options;
    const socket = new WebSocket(url, protocols ?? [], { perMessageDeflate, ...rest });
    const report = { heard: [], pongs: 0 };
    socket.on("error", (error) => (report.error = error.message || error.code));
    socket.on("message", (data) => {
        report.heard.push(String(data).slice(0, 100));
        if (report.heard.length === 3) socket.close(1000);
    });
    socket.on("pong", () => ++report.pongs);
    socket.on("open", () => {
        for (let i = 0; i < 3; ++i) {
            socket.send("hello");
            socket.ping();
        }
    });
    const [code, reason] = await next(socket, "close");
    return { ...report, code, reason: String(reason) };
}

const deflate = { perMessageDeflate: { threshold: 0 } };
const whole = { heard: ["hello", "hello", "hello"], code: 1000 };
/** Fault, options of the client, and what its report must hold; patterns match texts. */
const ofWs = [
    ["wrong-accept", {}, { error: /Invalid Sec-WebSocket-Accept/, heard: [] }],
    ["refuse", {}, { error: /Unexpected server response: 403/, heard: [] }],
    ["refuse:503", {}, { error: /Unexpected server response: 503/, heard: [] }],
    ["unasked-subprotocol", {}, { error: /subprotocol/, heard: [] }],
    ["unasked-subprotocol", { protocols: ["chat"] }, { error: /subprotocol/, heard: [] }],
    ["unasked-extension", {}, { error: /Sec-WebSocket-Extensions/, heard: [] }],
    ["close", {}, { code: 1005 }],
    ["close:1011", {}, { code: 1011 }],
    ["close:4001@2", {}, { code: 4001, heard: ["hello", "hello"] }],
    ["close:1005", {}, { error: /[Ii]nvalid status code 1005/ }],
    ["cut-in-frame", {}, { code: 1006 }],
    ["reset", {}, { code: 1006 }],
    ["masked", {}, { error: /MASK must be clear/ }],
    ["bad-utf8", {}, { error: /invalid UTF-8/ }],
    ["reserved-bits", {}, { error: /RSV2 and RSV3 must be clear/ }],
    ["reserved-opcode", {}, { error: /invalid opcode 3/ }],
    ["reserved-opcode:11", {}, { error: /invalid opcode 11/ }],
    ["lying-length", {}, { error: /./ }],
    ["broken-deflate", deflate, { error: /./, heard: [] }],
    // ws 8.18.0 starts zlib anew when there is too much, in the middle of its input, which zlib may tell first.
    ["deflate-bomb:8", { ...deflate, maxPayload: 1 << 20 }, { error: /Max payload size exceeded|invalid/, heard: [] }],
    ["no-pong", {}, { ...whole, pongs: 0 }],
    ["slow-reading:400", {}, whole],
    ["slow-writing:400", {}, whole],
    ["split-writing", {}, whole],
    ["split-writing:3,masked@2", {}, { heard: ["hello", "hello"], error: /MASK must be clear/ }],
];

function holds(report, wanted) {
    for (const [name, value] of Object.entries(wanted)) {
        if (value instanceof RegExp) assert.match(String(report[name]), value);
        else assert.deepEqual(report[name], value);
    }
}

async function check(name, report, wanted) {
    try {
        holds(report, wanted);
    } catch (error) {
        throw new Error(`${name}: ${JSON.stringify(report)}\n${error.message}`);
    }
    console.log(name, JSON.stringify(report).slice(0, 300));
}

for (const [fault, options, wanted] of ofWs) {
    await check(`ws, ${fault}`, await reportOfWs(fault, options), wanted);
}

/** What socket.io-client tells: how an event was acknowledged in 400 ms, and how the connection ended. */
async function reportOfSocketIo(version, fault, until) {
    const options = { transports: ["websocket"], reconnection: false, forceNew: true, query: { misbehave: fault } };
    if (until === "error") options.transports = ["polling"];
    const socket = clients[version](base, options);
    const report = { acks: 0 };
    const ended = new Promise((resolve) => {
        for (const event of ["disconnect", "connect_error", "error"]) {
            socket.on(event, (reason) => {
                report[event] = String(reason?.message ?? reason);
                resolve();
            });
        }
    });
    const connected = await Promise.race([
        new Promise((resolve) => socket.on("connect", () => resolve(true))),
        ended.then(() => false),
    ]);
    if (!connected || until === "end" || until === "error") {
        await ended;
        socket.close();
        return report;
    }
    const begin = performance.now();
    const acked = new Promise((resolve) => socket.emit("sum", 1, () => resolve(++report.acks)));
    // The echo behind it tells that the server has had its chance to acknowledge.
    const echoed = new Promise((resolve) => socket.once("note", resolve));
    socket.emit("note");
    if (until === "ack") {
        await acked;
        report.late = performance.now() - begin >= 250;
    }
    await echoed;
    socket.close();
    return report;
}

for (const version of [2, 4]) {
    const cases = [
        ["no-heartbeat", "end", { disconnect: /ping timeout/ }],
        ["late-ack:300", "ack", { acks: 1, late: true }],
        ["double-ack", "ack", { acks: 1, late: false }],
        ["missing-ack", "echo", { acks: 0 }],
        ["unknown-sid", "error", { acks: 0 }],
        ["refuse:500", "end", { connect_error: /./ }],
        ["reset", "end", { connect_error: /websocket error/ }],
    ];
    for (const [fault, until, wanted] of cases) {
        await check(`socket.io-client ${version}, ${fault}`, await reportOfSocketIo(version, fault, until), wanted);
    }
}
process.exit(0);
