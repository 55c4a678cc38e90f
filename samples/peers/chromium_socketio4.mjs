// A page in Chromium with the browser's build of the Socket.IO 4 client, against the npm server. The
// page, the script and the conversation come over the same port; the transports are the default ones,
// polling first.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server } from "socket.io";
import { curtain, host, listen, next } from "./stage.mjs";

const page = `<!DOCTYPE html>
<title>A Socket.IO page</title>
<link rel="icon" href="data:,">
<script src="/socket.io/socket.io.min.js"></script>
<script>
    const socket = io();
    socket.on("question", (text, reply) => reply("A browser answers: " + text + " 你好"));
    socket.on("picture", (name, data) => socket.emit("picture size", name, data.byteLength));
    socket.io.on("open", () => socket.io.engine.once("upgrade", async () => {
        const sum = await socket.emitWithAck("sum", 19, 23);
        socket.emit("bytes", new Uint8Array([0, 127, 128, 255]), { sum });
        socket.emit("done");
    }));
</script>
`;

const http = createServer((request, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
    response.end(page);
});
const io = new Server(http);
const port = await listen(http);
await curtain(port);

const finished = new Promise((resolve) => {
    io.on("connection", (socket) => {
        socket.on("sum", (a, b, reply) => reply(a + b));
        socket.on("done", async () => {
            await socket.emitWithAck("question", "Who is there?");
            const size = next(socket, "picture size");
            socket.emit("picture", "dot", Buffer.from("89504e470d0a1a0a", "hex"));
            await size;
            const gone = next(socket.conn, "close");
            socket.disconnect(true);
            await gone;
            resolve();
        });
    });
});

const profile = await mkdtemp(join(tmpdir(), "framescope-chromium-"));
const browser = spawn("chromium", [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", `--user-data-dir=${profile}`, `http://${host}:${port}/`,
], { stdio: "ignore" });
const browserEnded = once(browser, "exit");
await finished;
browser.kill("SIGTERM");
await browserEnded;
await new Promise((resolve) => io.close(resolve));
await rm(profile, { recursive: true, force: true, maxRetries: 10 });
