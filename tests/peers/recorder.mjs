// Stands between a client and a server on 127.0.0.1 and writes down what passes: a recording that
// needs no right to capture and no tcpdump. The client connects to the relay's port, so that is the
// server's port in the recording.
//
// What is read is written to the file before it is passed on. So the file has the packets of all
// connections in an order in which cause comes before effect.

import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { PcapConnection, PcapFile } from "./pcap.mjs";

export const host = "127.0.0.1";

/** A TCP relay in front of a server, and the capture file of what it relays. */
export class Recorder {
    #file;
    #server;
    #connections = 0;
    #waiting = [];

    /** Starts to relay to `serverPort`; resolves when clients can come. */
    static async start(path, serverPort) {
        const recorder = new Recorder();
        recorder.#file = new PcapFile(path);
        // Half-open, so that each FIN passes by itself as it would without a relay.
        recorder.#server = createServer({ allowHalfOpen: true }, (client) => recorder.#relay(client, serverPort));
        recorder.#server.listen(0, host);
        await once(recorder.#server, "listening");
        return recorder;
    }

    get port() {
        return this.#server.address().port;
    }

    /** Resolves when no connection is open. */
    idle() {
        return this.#connections === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
    }

    /** Waits for the last connection to end, and closes the file. */
    async finish() {
        await this.idle();
        this.#server.close();
        this.#file.close();
    }

    #relay(client, serverPort) {
        const server = connect({ port: serverPort, host, allowHalfOpen: true });
        const sockets = [client, server];
        const written = new PcapConnection(this.#file,
            { address: host, port: client.remotePort }, { address: host, port: this.port });
        this.#connections++;
        let open = 2;
        for (const from of [0, 1]) {
            const socket = sockets[from], other = sockets[1 - from];
            socket.setNoDelay(true);
            socket.on("data", (data) => {
                written.data(from, data);
                // Conversations of tests are small: what the other side is slow to take may pile up.
                if (!other.destroyed) other.write(data);
            });
            socket.on("end", () => {
                written.finish(from);
                other.end();
            });
            socket.on("error", () => {
                written.reset(from);
                other.resetAndDestroy();
            });
            socket.on("close", () => {
                if (--open > 0) return;
                if (--this.#connections === 0) for (const resolve of this.#waiting.splice(0)) resolve();
            });
        }
    }
}

/**
 * The same conversation seen by tcpdump, where this machine allows it. Resolves to a function that
 * ends the capture, or to a sentence saying why there is none.
 */
export async function startTcpdump(path, port) {
    const marker = `the recording ends ${process.pid}`;
    const tcpdump = spawn("tcpdump", ["-i", "lo", "-s", "0", "-U", "-B", "16384", "-w", path,
        `tcp port ${port} or udp port ${port}`], { stdio: ["ignore", "ignore", "pipe"] });
    let words = "";
    const started = await new Promise((resolve) => {
        tcpdump.on("error", (error) => resolve(`tcpdump cannot be started: ${error.code}`));
        tcpdump.on("exit", () => resolve(`tcpdump may not capture here: ${words.trim()}`));
        tcpdump.stderr.on("data", (data) => {
            words += data;
            if (words.includes("listening on")) resolve(true);
        });
    });
    if (started !== true) return started;
    return async () => {
        // A datagram that nobody reads, sent last: once it is in the file, all before it is too.
        const socket = createSocket("udp4");
        const poll = () => readFileSync(path).includes(marker);
        while (!poll()) {
            await new Promise((resolve) => socket.send(marker, port, host, resolve));
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        socket.close();
        tcpdump.kill("SIGTERM");
        await once(tcpdump, "close");
    };
}
