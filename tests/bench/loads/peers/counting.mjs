// What the peers themselves count, for the check of what we read: every frame that ws hands to its
// socket, by opcode, and every message that it hands to whoever listens. Both places are the same in
// all generations of ws, also inside of socket.io, so one pair of hooks serves every load.
//
// Connections are known by the client's port, which no load uses twice.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";

/** A frame's header (RFC 6455, section 5.2): its opcode and the length of its payload. */
function headerOf(bytes) {
    const short = bytes[1] & 0x7f;
    const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
    return { opcode: bytes[0] & 0x0f, length };
}

export class Counts {
    #connections = new Map();
    #side;

    /** `side` is "client" or "server". */
    constructor(side) {
        this.#side = side;
    }

    #of(owner) {
        // A socket that has ended knows its ports no longer.
        owner.benchPort ??= this.#side === "client" ? owner._socket.localPort : owner._socket.remotePort;
        let counts = this.#connections.get(owner.benchPort);
        if (!counts) {
            counts = { frames: {}, wireBytes: 0, messages: 0, bytes: 0, hash: createHash("sha256") };
            this.#connections.set(owner.benchPort, counts);
        }
        return counts;
    }

    /** Hooks into a class WebSocket of a package ws. */
    watch(WebSocket) {
        const counts = this;
        const send = WebSocket.Sender.prototype.sendFrame;
        WebSocket.Sender.prototype.sendFrame = function (list, done) {
            const { opcode, length } = headerOf(list[0]);
            const mine = counts.#of(this);
            mine.frames[opcode] = (mine.frames[opcode] ?? 0) + 1;
            mine.wireBytes += length;
            return send.call(this, list, done);
        };
        const emit = WebSocket.prototype.emit;
        WebSocket.prototype.emit = function (event, data, ...rest) {
            if (event === "message") {
                const mine = counts.#of(this);
                const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data); // text, or an ArrayBuffer
                ++mine.messages;
                mine.bytes += bytes.length;
                mine.hash.update(bytes);
            }
            return emit.call(this, event, data, ...rest);
        };
    }

    /** Writes them as JSON: for each connection the frames sent, and the messages received. */
    save(path) {
        const connections = [...this.#connections].map(([port, { hash, ...counts }]) => (
            { port, ...counts, sha256: hash.digest("hex") }));
        writeFileSync(path, JSON.stringify({ side: this.#side, connections }));
    }
}
