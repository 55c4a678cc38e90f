// A ws client, nginx as the proxy in between, and a ws server: both legs are recorded. One location
// forwards the upgrade; the other was configured without the two headers it takes, so the server gets
// an ordinary request and answers 426, which nginx hands on.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket, WebSocketServer } from "ws";
import { curtain, freePort, host, listen, next, shut } from "./stage.mjs";

const http = createServer((request, response) => {
    response.writeHead(426, { "Content-Type": "text/plain", "Upgrade": "websocket" });
    response.end("This address speaks WebSocket only.\n");
});
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
server.on("connection", (socket) => {
    socket.send("Hello from behind the proxy");
    socket.on("message", (data, binary) => socket.send(data, { binary }));
});
const serverPort = await listen(http);

const folder = await mkdtemp(join(tmpdir(), "framescope-nginx-"));
const proxyPort = await freePort();
const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n    ");
await writeFile(join(folder, "nginx.conf"), `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    ${temporary}
    server {
        listen ${host}:${proxyPort};
        location /live {
            proxy_pass http://${host}:${serverPort};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
        location /misconfigured {
            proxy_pass http://${host}:${serverPort};
        }
    }
}
`);
const nginx = spawn("nginx", ["-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")], {
    stdio: ["ignore", "inherit", "inherit"],
});
const nginxEnded = once(nginx, "exit");

// nginx does not say when it is ready: it is when it accepts a connection.
for (let tries = 0; ; ++tries) {
    const probe = connect(proxyPort, host);
    const accepted = await Promise.race([
        next(probe, "connect").then(() => true),
        next(probe, "error").then(() => false),
    ]);
    probe.destroy();
    if (accepted) break;
    if (tries === 500 || nginx.exitCode !== null) throw new Error("nginx does not start");
    await new Promise((resolve) => setTimeout(resolve, 10));
}

await curtain(proxyPort, serverPort);

const refused = new WebSocket(`ws://${host}:${proxyPort}/misconfigured`, { perMessageDeflate: false });
const [, response] = await next(refused, "unexpected-response");
response.resume();
await once(response, "close");

const client = new WebSocket(`ws://${host}:${proxyPort}/live`, "news", { perMessageDeflate: false });
const welcome = next(client, "message");
await once(client, "open");
await welcome;
for (const message of ["One proxy, two connections", "再来一次 🔁", Buffer.alloc(3000, "through nginx ")]) {
    client.send(message);
    await once(client, "message");
}
const pong = next(client, "pong");
client.ping("are you there?");
await pong;
const closed = next(client, "close");
client.close(1000, "Done");
await closed;

nginx.kill("SIGQUIT");
await nginxEnded;
await shut(server);
http.closeAllConnections();
await shut(http);
await rm(folder, { recursive: true });
