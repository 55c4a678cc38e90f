// Node's HTTP server, and a client that writes requests by hand so that it can pipeline them. One
// connection carries every way to delimit a body; the last response ends with the connection.

import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { curtain, host, listen, next, shut } from "./stage.mjs";

const page = "A page of forty-one bytes, then the end.\n";

const server = createServer(async (request, response) => {
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
            response.writeHead(304, { "ETag": '"42"' });
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

const port = await listen(server);
await curtain(port);

const head = (method, path, ...headers) =>
    [`${method} ${path} HTTP/1.1`, `Host: ${host}:${port}`, ...headers, "", ""].join("\r\n");

const client = connect(port, host);
await once(client, "connect");
let received = "";
client.setEncoding("utf8");
client.on("data", (text) => (received += text));
async function until(text) {
    while (!received.includes(text)) await once(client, "data");
    received = received.slice(received.indexOf(text) + text.length);
}

// Five requests in one write; the responses come in their order.
client.write(
    head("GET", "/length") +
        head("HEAD", "/length") +
        head("GET", "/no-content") +
        head("GET", "/unchanged", 'If-None-Match: "42"') +
        head("GET", "/chunked", "TE: trailers"),
);
await until("X-Chunks: 3\r\n\r\n");

// Bodies in requests: by length, and in chunks of which the second is split over two writes.
const form = "name=Ada&drink=tea";
client.write(head("POST", "/form", "Content-Type: application/x-www-form-urlencoded", `Content-Length: ${form.length}`) + form);
await until("}\r\n0\r\n\r\n");
client.write(head("POST", "/form", "Transfer-Encoding: chunked") + "5\r\nHello\r\n6;note=split\r\n wo");
client.write("rld\r\n0\r\n\r\n");
await until("}\r\n0\r\n\r\n");
client.write(head("GET", "/missing"));
await until("\r\n\r\n");

const ended = next(client, "end");
client.write(head("GET", "/to-the-end", "Connection: close"));
await ended;
client.end();
await shut(server);
