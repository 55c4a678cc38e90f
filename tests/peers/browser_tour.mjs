// A page in headless Chromium goes through what our test server offers: WebSocket, event stream, long
// polling, and Socket.IO 4 with the browser build of its client.
//
//     node browser_tour.mjs URL
//
// The page comes from a port of this program, so that it also tells whether the server lets pages of
// other origins in. Ends with 0 when the page says that all was as it should be.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { host, listen, packageFolder, peerRequire } from "./conversation.mjs";

const base = process.argv[2];
const library = readFileSync(join(packageFolder(peerRequire(), "socket.io-client-v4"), "dist", "socket.io.min.js"));

const page = `<!DOCTYPE html>
<title>Tour</title>
<script src="/socket.io.min.js"></script>
<script>
const base = ${JSON.stringify(base)};
const check = (right, what) => { if (!right) throw new Error(what); };
const same = (a, b, what) => check(JSON.stringify(a) === JSON.stringify(b), what + ": " + JSON.stringify(a));
async function tour() {
    const socket = new WebSocket(base.replace("http", "ws") + "echo", ["chat"]);
    socket.binaryType = "arraybuffer";
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = () => reject(new Error("WebSocket")); });
    check(socket.protocol === "chat", "subprotocol");
    check(socket.extensions.includes("permessage-deflate"), "permessage-deflate");
    const next = () => new Promise((resolve) => (socket.onmessage = (event) => resolve(event.data)));
    for (const text of ["hello", "", "Grüße 你好 👋", "x".repeat(100000)]) {
        const answer = next();
        socket.send(text);
        check(await answer === text, "echo of a text");
    }
    const bytes = new Uint8Array([0, 1, 254, 255]);
    const answer = next();
    socket.send(bytes);
    same([...new Uint8Array(await answer)], [...bytes], "echo of bytes");
    const closed = new Promise((resolve) => (socket.onclose = resolve));
    socket.close(4321, "the end");
    const { code, wasClean } = await closed;
    same([code, wasClean], [4321, true], "close");

    const source = new EventSource(base + "events?count=3&interval=10");
    const ids = [];
    await new Promise((resolve) => (source.onmessage = (event) => ids.push(event.lastEventId) === 3 && resolve()));
    source.close();
    same(ids.map(Number), [Number(ids[0]), Number(ids[0]) + 1, Number(ids[0]) + 2], "events");

    // Two connections may overtake each other, so the news are told until somebody has heard them.
    let heard;
    const waiting = fetch(base + "poll").then((response) => (heard = response));
    while (!heard) {
        await fetch(base + "poll", { method: "POST", body: "news" });
        await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    check((await heard.text()).includes("news"), "long polling");

    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
        const client = io(base, { transports, forceNew: true, reconnection: false });
        await new Promise((resolve, reject) => { client.on("connect", resolve); client.on("connect_error", reject); });
        same(await client.emitWithAck("sum", 19, 23), 19, "acknowledgement");
        const echo = new Promise((resolve) => client.once("picture", (...args) => resolve(args)));
        client.emit("picture", "dot", bytes);
        const [name, picture] = await echo;
        same([name, ...new Uint8Array(picture)], ["dot", ...bytes], "binary event by " + transports);
        client.close();
    }
}
tour().then(() => "", (error) => String(error.stack || error))
    .then((result) => fetch("/result", { method: "POST", body: result }));
</script>
`;

let report;
const result = new Promise((resolve) => (report = resolve));
const http = createServer(async (request, response) => {
    if (request.url === "/result") {
        report((await request.setEncoding("utf8").toArray()).join(""));
        return response.end();
    }
    const script = request.url === "/socket.io.min.js";
    response.setHeader("Content-Type", script ? "text/javascript" : "text/html; charset=utf-8");
    response.end(script ? library : page);
});
const port = await listen(http);
const profile = mkdtempSync(join(tmpdir(), "framescope-chromium-"));
const browser = spawn("chromium", [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", `--user-data-dir=${profile}`, `http://${host}:${port}/`,
], { stdio: "ignore", detached: true });
browser.on("exit", () => report("chromium ended before the page was through"));
setTimeout(() => report("the page does not come to its end"), 50_000).unref();
const complaint = await result;
// With its helpers, which write to the profile until they end.
process.kill(-browser.pid, "SIGKILL");
await new Promise((resolve) => (browser.exitCode !== null || browser.signalCode !== null ? resolve() : browser.once("exit", resolve)));
rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
if (complaint) console.error(complaint);
process.exit(complaint ? 1 : 0);
