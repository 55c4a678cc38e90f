// Reads packets that somebody else encoded with the peers' own decoders, and says where they mean
// something else than they should.
//   node decode_packets.mjs FILE
// FILE has lines as generate_packets.mjs writes them, with the other encoder's "wire". Ends with an
// error that shows the first few differences.

import { createInterface } from "node:readline";
import { createReadStream } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { dataOf, decodeEngine, decodePayload, decodeSocket, engineParsers, msgpackParsers, socketParsers } from "./generate_packets.mjs";

const ofVersion = (libraries, version) => libraries.find((library) => library.version === version);

function decode({ kind, version, wire, binary, decoded }) {
    const data = dataOf(wire);
    switch (kind) {
        case "socket":
            return decodeSocket(ofVersion(socketParsers, version), [data, ...(decoded.attachments ?? []).map(dataOf)]);
        case "engine":
            return decodeEngine(ofVersion(engineParsers, version), data);
        case "payload":
            return decodePayload(ofVersion(engineParsers, version), binary ? data : data.toString("utf8"));
        case "msgpack":
            return decodeSocket(ofVersion(msgpackParsers, version), [data]);
    }
}

/** The value with its placeholders replaced by what they stand for. */
const withBytes = (value, attachments) => {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((element) => withBytes(element, attachments));
    if (value._placeholder) return attachments[value.num];
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBytes(member, attachments)]));
};

/**
 * Data is compared as values: how JSON is spaced and escaped is not what is meant. MessagePack has the
 * bytes in their places, so there the order of members would decide how attachments are counted.
 */
function comparable(kind, decoded) {
    if (typeof decoded.data !== "string") return decoded;
    const data = JSON.parse(decoded.data);
    if (kind !== "msgpack") return { ...decoded, data };
    const { attachments, ...rest } = decoded;
    return { ...rest, data: withBytes(data, attachments), count: attachments?.length };
}

let number = 0, differences = 0;
for await (const text of createInterface({ input: createReadStream(process.argv[2]) })) {
    const line = JSON.parse(text);
    number++;
    let got;
    try {
        got = decode(line);
    } catch (error) {
        got = { error: error.message };
    }
    if (isDeepStrictEqual(comparable(line.kind, got), comparable(line.kind, line.decoded))) continue;
    console.error(`packet ${number}, ${line.kind} ${line.version}: ${JSON.stringify(line.wire).slice(0, 500)}`);
    console.error(`  expected: ${JSON.stringify(line.decoded).slice(0, 500)}`);
    console.error(`  got:      ${JSON.stringify(got).slice(0, 500)}`);
    if (++differences === 5) break;
}
if (number === 0) console.error("there are no packets");
process.exit(differences || number === 0 ? 1 : 0);
