// The client of the npm package ws, for `./dev bench send`:
//
//     node client.mjs URL CONNECTIONS MESSAGES SIZE
//
// Opens so many connections at once, sends so many texts of SIZE bytes on each without waiting, and
// waits until all were echoed. Prints {"seconds": S, "echoed": N, "wrong": N}.

import { peerRequire } from "../../peers/conversation.mjs";

const { WebSocket } = peerRequire()("ws");
const url = process.argv[2];
const [connections, messages, size] = process.argv.slice(3).map(Number);

const text = (connection, number) => `${connection} ${number} `.padEnd(size, "x");
let echoed = 0, wrong = 0;
const begin = performance.now();
await Promise.all(Array.from({ length: connections }, (_, connection) => new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    let next = 0;
    socket.on("error", reject);
    socket.on("open", () => {
        for (let number = 0; number < messages; ++number) socket.send(text(connection, number));
    });
    socket.on("message", (data) => {
        if (String(data) !== text(connection, next)) ++wrong;
        ++echoed;
        if (++next === messages) socket.close(1000);
    });
    socket.on("close", resolve);
})));
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, echoed, wrong }));
