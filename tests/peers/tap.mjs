// Listens in on Engine.IO and Socket.IO where the libraries themselves handle packets: the transports
// (what they are given to send, what they parsed) and the Socket.IO encoder and decoder. The classes
// are patched, not the objects, because the first packets pass before an object can be had.

import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { isBytes, plain } from "./conversation.mjs";

const typeNames = ["CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK"];

/** Replaces a method by what `around` makes of it. */
function wrap(prototype, name, around) {
    prototype[name] = around(prototype[name]);
}

/** Whether what this transport is given now goes nowhere: a heartbeat may come due after the WebSocket
 *  has begun to close, which Engine.IO is told of a moment later. */
function isClosing(side, transport) {
    const socket = transport.name === "websocket" && (side === "client" ? transport.ws : transport.socket);
    return Boolean(socket) && socket.readyState !== socket.OPEN;
}

/** The direction of what `side` sends, or receives. */
const sentBy = (side) => (side === "client" ? "c2s" : "s2c");
const receivedBy = (side) => (side === "client" ? "s2c" : "c2s");

/** A class of a module that exports it alone or among others. */
const classOf = (module, ...names) =>
    typeof module === "function" ? module : names.map((name) => module[name]).find(Boolean);

function enginePacket(packet) {
    const { type, data } = packet;
    return isBytes(data) ? { type, bytes: plain(data) } : { type, text: data === undefined || data === null ? "" : String(data) };
}

/** Logs every packet of one side's Engine.IO, `folder` being that of engine.io or engine.io-client. */
export function tapEngine(log, side, folder) {
    const require = createRequire(`${folder}/package.json`);
    const library = ["build/cjs", "build", "lib"].map((name) => `${folder}/${name}`).find((path) => existsSync(path));
    const Transport = classOf(require(`${library}/transport.js`), "Transport");
    const Polling = classOf(require(`${library}/transports/polling.js`), "Polling");
    const WebSocket = classOf(require(`${library}/transports/websocket.js`), "BaseWS", "WebSocket", "WS");
    const line = (dir, transport, packet) => ({
        layer: "engine", side, dir, transport: transport.name, session: log.session, ...enginePacket(packet),
    });
    const logged = (original) =>
        function (packets, ...rest) {
            // Polling of a server may append a close packet of its own, so the list is read afterwards.
            const place = log.lines.length;
            const lost = isClosing(side, this);
            const result = original.call(this, packets, ...rest);
            if (!lost) log.insert(place, packets.map((packet) => line(sentBy(side), this, packet)));
            return result;
        };
    const send = side === "client" ? "write" : "send";
    wrap(Polling.prototype, send, logged);
    wrap(WebSocket.prototype, send, logged);
    wrap(Transport.prototype, "onPacket", (original) =>
        function (packet, ...rest) {
            log.add(line(receivedBy(side), this, packet));
            return original.call(this, packet, ...rest);
        });
}

const countBytes = (value) => {
    if (isBytes(value)) return 1;
    if (value === null || typeof value !== "object") return 0;
    return Object.values(value).reduce((sum, member) => sum + countBytes(member), 0);
};

function socketPacket(packet, { legacy, msgpack }) {
    const [nsp, query] = packet.nsp.split("?");
    const line = { type: typeNames[packet.type], nsp };
    if (legacy && line.type === "CONNECT_ERROR") line.type = "ERROR";
    if (query !== undefined) line.query = query;
    if (!msgpack) {
        // Some versions name the binary kinds when they encode, after this was read.
        const attachments = countBytes(packet.data);
        if (attachments && !line.type.startsWith("BINARY_")) line.type = `BINARY_${line.type}`;
        if (line.type.startsWith("BINARY_")) line.attachments = attachments;
    }
    if (typeof packet.id === "number") line.id = packet.id;
    if (line.type.endsWith("EVENT")) {
        const [event, ...args] = plain(packet.data);
        Object.assign(line, { event, args });
    } else if (line.type.endsWith("ACK")) {
        line.args = plain(packet.data);
    } else if (packet.data !== undefined && packet.data !== null) {
        line.data = plain(packet.data);
    }
    return line;
}

/**
 * Logs every packet that passes the encoders and decoders of these Socket.IO parsers. `isClients`
 * tells whether an encoder or decoder belongs to the client; both sides may share one parser. What is
 * encoded while log.session is 0 is not said to anybody.
 */
export function tapParsers(log, parsers, isClients, kind) {
    const heard = new WeakSet();
    const say = (dir, side, packet) => {
        if (log.session) log.add({ layer: "socket", side, dir, session: log.session, ...socketPacket(packet, kind) });
    };
    for (const { Encoder, Decoder } of new Set(parsers)) {
        wrap(Encoder.prototype, "encode", (original) =>
            function (packet, ...rest) {
                const side = isClients(this) ? "client" : "server";
                say(sentBy(side), side, packet);
                return original.call(this, packet, ...rest);
            });
        wrap(Decoder.prototype, "add", (original) =>
            function (...args) {
                if (!heard.has(this)) {
                    heard.add(this);
                    this.on("decoded", (packet) => {
                        const side = isClients(this) ? "client" : "server";
                        say(receivedBy(side), side, packet);
                    });
                }
                return original.apply(this, args);
            });
    }
}
