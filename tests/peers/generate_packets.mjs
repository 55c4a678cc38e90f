// Random packets, written by the peers' own encoders and read again by their own decoders: what
// ours have to read in the same way.
//   node generate_packets.mjs SEED COUNT FILE
// COUNT packets of each kind go to FILE, one JSON object a line:
//   kind     "socket", "engine", "payload" or "msgpack"
//   version  of the package
//   wire     {"text": ...} or {"@bytes": base64}, as the transport would be given it; a payload's is
//            the HTTP body
//   decoded  what the peer's decoder makes of it; of a payload, a list
// Data of Socket.IO packets is JSON text, with the placeholders of bytes; attachments stand in order.

import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { isBytes, peerRequire, plain, toBuffer } from "./conversation.mjs";
import { Random, enginePacket, socketPacket } from "./random_packets.mjs";

/** The folder names the package in whose dependencies the parser is. */
export const socketParsers = ["socket.io-v1", "socket.io-client-v2", "socket.io-v2", "socket.io-v3", "socket.io-v4"]
    .map((owner) => loaded("socket.io-parser", owner, owner.endsWith("1") || owner.endsWith("2") ? 4 : 5));
export const engineParsers = [["socket.io-client-v1", 3], ["socket.io-client-v2", 3], ["socket.io-client-v3", 4], ["socket.io-client-v4", 4]]
    .map(([owner, revision]) => loaded("engine.io-parser", owner, revision, "engine.io-client"));
export const msgpackParsers = [2, 3].map((major) => loaded(`socket.io-msgpack-parser-v${major}`, undefined, major === 2 ? 4 : 5));

function loaded(name, owner, revision, ...further) {
    const require = owner ? peerRequire(owner, ...further) : peerRequire();
    let folder = require.resolve(name);
    for (;;) {
        folder = folder.slice(0, folder.lastIndexOf("/"));
        try {
            const { version } = JSON.parse(readFileSync(`${folder}/package.json`));
            if (version) return { parser: require(name), version, revision };
        } catch {}
    }
}

const wireOf = (data) => (typeof data === "string" ? { text: data } : plain(toBuffer(data)));
const dataOf = (wire) => ("text" in wire ? wire.text : Buffer.from(wire["@bytes"], "base64"));

/** A copy with {"_placeholder":true,"num":n} for bytes, which are appended to `attachments`. */
function withPlaceholders(value, attachments) {
    if (isBytes(value)) {
        attachments.push(plain(toBuffer(value)));
        return { _placeholder: true, num: attachments.length - 1 };
    }
    if (Array.isArray(value)) return value.map((element) => withPlaceholders(element, attachments));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withPlaceholders(member, attachments)]));
}

/** What a Socket.IO decoder makes of these; throws if it is not exactly one packet. */
export function decodeSocket({ parser }, parts) {
    const decoder = new parser.Decoder();
    const found = [];
    decoder.on("decoded", (packet) => found.push(packet));
    for (const part of parts) decoder.add(part);
    if (found.length !== 1) throw new Error(`${found.length} packets were decoded`);
    let { type, nsp, id, data } = found[0];
    // The newer decoders name the binary kinds EVENT and ACK once the attachments are in.
    if (parts.length > 1 && type < 5) type += 3;
    const attachments = [];
    const decoded = { type, nsp };
    if (id !== undefined) decoded.id = id;
    if (data !== undefined) decoded.data = JSON.stringify(withPlaceholders(data, attachments));
    // Of a packet that is one piece, bytes do not change the type.
    if (type >= 5 || attachments.length) decoded.attachments = attachments;
    return decoded;
}

const engineLine = ({ type, data }) =>
    isBytes(data) ? { type, bytes: plain(toBuffer(data)) } : { type, text: data ?? "" };

export const decodeEngine = ({ parser }, data) => engineLine(parser.decodePacket(data));

export function decodePayload({ parser, revision }, data) {
    if (revision === 4) return parser.decodePayload(data).map(engineLine);
    const packets = [];
    parser.decodePayload(data, (packet) => void packets.push(engineLine(packet)));
    return packets;
}

/** What an encoder that returns, or calls back, gives. */
const encoded = (call) => {
    let result;
    const returned = call((data) => (result = data));
    return result ?? returned;
};

function* generate(random, count) {
    for (let i = 0; i < count; i++) {
        const library = socketParsers[i % socketParsers.length];
        const packet = socketPacket(random, library);
        const parts = encoded((done) => new library.parser.Encoder().encode(packet, done));
        yield { kind: "socket", version: library.version, wire: wireOf(parts[0]), decoded: decodeSocket(library, parts) };
    }
    for (let i = 0; i < count; i++) {
        const library = engineParsers[i % engineParsers.length];
        const asBase64 = random.chance(0.3);
        const packet = enginePacket(random, { binary: true });
        const wire = encoded((done) => library.parser.encodePacket(packet, !asBase64, done));
        // The newer parsers leave bytes to the transport as they are; the older put the type in front.
        yield { kind: "engine", version: library.version, revision: library.revision, wire: wireOf(wire), decoded: decodeEngine(library, wire) };
    }
    for (let packets = 0; packets < count; ) {
        const library = random.pick(engineParsers);
        const several = [enginePacket(random, { binary: true }), ...random.list(6, () => enginePacket(random, { binary: true }))];
        packets += several.length;
        const asBinary = library.revision === 3 && random.chance(0.5);
        // The separator of revision 4 cannot stand in a packet.
        if (library.revision === 4) for (const p of several) if (typeof p.data === "string") p.data = p.data.replaceAll("\u001e", "");
        const body = encoded((done) =>
            library.revision === 4 ? library.parser.encodePayload(several, done) : library.parser.encodePayload(several, asBinary, done));
        yield {
            kind: "payload", version: library.version, revision: library.revision,
            wire: plain(Buffer.from(body)), binary: typeof body !== "string", decoded: decodePayload(library, body),
        };
    }
    for (let i = 0; i < count; i++) {
        const library = random.pick(msgpackParsers);
        const packet = socketPacket(random, library);
        if (library.revision === 4 && packet.type < 2) packet.options = { compress: true };
        const [wire] = encoded((done) => new library.parser.Encoder().encode(packet, done));
        const decoded = decodeSocket(library, [wire]);
        yield { kind: "msgpack", version: library.version, revision: library.revision, wire: wireOf(wire), decoded };
    }
}

if (process.argv[1].endsWith("generate_packets.mjs")) {
    const [seed, count, file] = process.argv.slice(2);
    const out = openSync(file, "w");
    for (const line of generate(new Random(Number(seed)), Number(count))) writeSync(out, JSON.stringify(line) + "\n");
    closeSync(out);
}

export { dataOf };
