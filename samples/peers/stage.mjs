// What every peer needs: to tell samples/record which ports to listen on, to wait until it does, and
// to wait for events in the order of the conversation. Nothing here sleeps for a guessed time.

import { once } from "node:events";
import { createServer } from "node:net";

export const host = "127.0.0.1";

/** Listens on a port that the system chooses; resolves to that port. */
export async function listen(server) {
    server.listen(0, host);
    await once(server, "listening");
    return server.address().port;
}

/** A port that is free now, for a program that cannot choose one itself. */
export async function freePort() {
    const server = createServer();
    const port = await listen(server);
    server.close();
    await once(server, "close");
    return port;
}

/** Says which ports will be used, and returns when the recorder listens on them. */
export async function curtain(...ports) {
    console.log(ports.join(" "));
    await once(process.stdin, "data");
    process.stdin.destroy();
}

/** Resolves to the arguments of the next such event of a Node or browser style emitter. */
export function next(emitter, event) {
    return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

/** Closes a server; resolves when its last connection is gone. */
export function shut(server) {
    return new Promise((resolve) => server.close(resolve));
}
