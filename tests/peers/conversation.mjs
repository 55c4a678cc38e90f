// What every scenario has: a folder for its recording and its log, a relay between its two peers, and
// a bound on its time. Nothing here sleeps for a guessed time: scenarios wait for events and for lines
// of the log.
//
// The log (log.jsonl) is what the peers themselves say that they sent and received, one JSON object a
// line, in the order in which they said it:
//   layer    "ws", "engine", "socket" or "app"
//   side     who says it, "client" or "server"
//   dir      which way the packet went, "c2s" or "s2c"
// and what the layer knows of it. Bytes are written {"@bytes": base64}.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { Recorder, host, startTcpdump } from "./recorder.mjs";

export { host };

/** The folder into which tests/peers/install put the packages. */
const peers = process.env.FRAMESCOPE_PEERS;
if (!peers) throw new Error("FRAMESCOPE_PEERS names the folder of the installed peers");

/** require() as it works inside the installed packages; `from` names one of them. */
export const peerRequire = (...from) => {
    let require = createRequire(join(peers, "package.json"));
    for (const name of from) require = createRequire(require.resolve(name));
    return require;
};

/** The folder of a package that another one depends on. */
export function packageFolder(require, name) {
    let folder = dirname(require.resolve(name));
    while (!folder.endsWith(`/${name}`)) folder = dirname(folder);
    return folder;
}

export const isBytes = (value) =>
    Buffer.isBuffer(value) || value instanceof ArrayBuffer || ArrayBuffer.isView(value);

export function toBuffer(value) {
    if (Buffer.isBuffer(value)) return value;
    if (value instanceof ArrayBuffer) return Buffer.from(value);
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** A copy that JSON can carry; functions, which stand for acknowledgements, are left out. */
export function plain(value) {
    if (isBytes(value)) return { "@bytes": toBuffer(value).toString("base64") };
    if (Array.isArray(value)) return value.filter((v) => typeof v !== "function").map(plain);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

export class Log {
    lines = [];
    #waiting = new Set();

    add(line) {
        this.lines.push(line);
        this.#wake();
    }

    /** For what turns out only after a call how it was to be logged: puts lines at a former place. */
    insert(place, lines) {
        this.lines.splice(place, 0, ...lines);
        this.#wake();
    }

    /** Resolves when a line, of those behind `from`, is such. */
    until(wanted, from = 0) {
        return new Promise((resolve) => {
            const look = () => {
                if (!this.lines.slice(from).some(wanted)) return;
                this.#waiting.delete(look);
                resolve();
            };
            this.#waiting.add(look);
            look();
        });
    }

    #wake() {
        for (const look of this.#waiting) look();
    }
}

/**
 * Runs a scenario: `play` is given what it needs, and whatever it throws fails the program. `folder`
 * receives conversation.pcap and log.jsonl, and tcpdump.pcap where `tcpdump` is wanted and possible
 * (tcpdump.txt says why it is not).
 */
export async function run(folder, { tcpdump = false }, play) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const log = new Log();
    const say = () => writeFileSync(join(folder, "log.jsonl"),
        log.lines.map((line) => JSON.stringify(line) + "\n").join(""));
    let stage = "start";
    const fail = (error) => {
        say();
        console.error(`${stage}: ${error?.stack ?? error}`);
        process.exit(1);
    };
    process.on("uncaughtException", fail);
    process.on("unhandledRejection", fail);
    setTimeout(() => fail("the scenario takes more than 10 seconds"), 10_000).unref();

    let recorder, endTcpdump;
    await play({
        log,
        /** What is going on, for the message of a failure. */
        stage: (name) => (stage = name),
        /** Puts the relay in front of the server; resolves to the port that clients use. */
        relay: async (serverPort) => {
            recorder = await Recorder.start(join(folder, "conversation.pcap"), serverPort);
            if (tcpdump) {
                endTcpdump = await startTcpdump(join(folder, "tcpdump.pcap"), recorder.port);
                if (typeof endTcpdump === "string") writeFileSync(join(folder, "tcpdump.txt"), endTcpdump);
            }
            return recorder.port;
        },
        /** Resolves when all connections have ended. */
        idle: () => recorder.idle(),
    });
    stage = "the end of the recording";
    await recorder.finish();
    if (typeof endTcpdump === "function") await endTcpdump();
    say();
    process.exit(0); // timers of the peers may be left over
}

/** Listens on a port that the system chooses; resolves to that port. */
export async function listen(server) {
    server.listen(0, host);
    await once(server, "listening");
    return server.address().port;
}

/** Resolves to the arguments of the next such event of a Node or browser style emitter. */
export function next(emitter, event) {
    return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}
