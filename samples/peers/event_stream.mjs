// An event stream over three connections, Node on both sides. The server keeps the events it has sent
// and cuts the first stream behind a keep-alive; the client comes back with Last-Event-ID and is given
// what it missed. The second stream ends in the middle of an event and is taken up one event too
// early; the third has no chunks, and the client closes it.
//
// On the first stream the line ends are LF, on the second CRLF, on the third CR.

import { once } from "node:events";
import { createServer, request } from "node:http";
import { curtain, host, listen, shut } from "./stage.mjs";

const lines = (end, ...texts) => texts.map((text) => text + end).join("");

/** What each stream sends, piece by piece: a piece is a chunk, and the next waits for its arrival. */
const streams = [
    [
        "\ufeff" + lines("\n", "retry: 500", ""),
        lines("\n", ": the price of tea", "", "event: price", 'data: {"tea":"Assam","pence":412}', "id: 1", ""),
        lines("\n", "data: two lines,", "data: 第二行", "id: 2", "") + lines("\n", 'data: {"a":', "data: [1, 2]}", ""),
        "id: 3\ndata: cut in",
        " three pie",
        "ces\n\n",
        ":\n",
        ": keep-alive\n\n",
    ],
    [
        lines("\r\n", "event: price", 'data: {"tea":"Darjeeling","pence":655}', "id: 4", ""),
        lines("\r\n", "id: 5", "", "data", "", "data", "data", "") + ":ends with CR\r\n\r",
        "\nevent: half\r\ndata: never fin",
    ],
    [lines("\r", "data:no space", "id: 5", ""), lines("\r", "data:  two spaces", "id: 6", "", ": bye", "")],
];

let asked = 0;
let proceed = () => {};
const server = createServer(async (question, response) => {
    const stream = streams[asked++];
    const last = stream === streams.at(-1);
    response.useChunkedEncodingByDefault = !last;
    response.writeHead(200, {
        "Content-Type": last ? 'text/event-stream; charset="UTF-8"' : "text/event-stream",
        "Cache-Control": "no-store",
        "Connection": "close",
    });
    for (const piece of stream) {
        const arrived = new Promise((resolve) => (proceed = resolve));
        response.write(piece);
        await arrived;
    }
    if (!last) response.destroy();
});

/** Reads one stream until the server ends it, or until `pieces` have come. */
async function follow(lastEventId, pieces) {
    const headers = { "Accept": "text/event-stream", "Cache-Control": "no-cache" };
    if (lastEventId) headers["Last-Event-ID"] = lastEventId;
    const question = request({ host, port, path: "/prices?tea=all", headers, agent: false });
    question.end();
    const [response] = await once(question, "response");
    let count = 0;
    try {
        for await (const piece of response) {
            count++;
            if (count === pieces) break;
            proceed();
        }
    } catch (error) {
        if (error.code !== "ECONNRESET") throw error;
    }
    question.destroy();
    proceed();
}

const port = await listen(server);
await curtain(port);
await follow(undefined, Infinity);
await follow("3", Infinity);
await follow("4", 2);
await shut(server);
