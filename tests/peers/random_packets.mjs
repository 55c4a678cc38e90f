// Random packets of Socket.IO and Engine.IO from a seed: the same seed gives the same packets
// everywhere. They reach for what parsers stumble over: digits, commas, brackets and question marks in
// namespaces, names that are numbers, empty arguments, deep nesting, characters beyond the first plane.

/** A source of random numbers (mulberry32). */
export class Random {
    #state;
    constructor(seed) {
        this.#state = seed >>> 0;
    }
    /** A number from 0 up to, not including, 1. */
    fraction() {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let t = this.#state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }
    /** An integer from 0 up to, not including, `end`. */
    below(end) {
        return Math.floor(this.fraction() * end);
    }
    chance(probability) {
        return this.fraction() < probability;
    }
    pick(list) {
        return list[this.below(list.length)];
    }
    list(most, make) {
        return Array.from({ length: this.below(most + 1) }, () => make());
    }
}

// A byte order mark stands behind another letter, since Qt's reader of JSON, which the tests use, drops
// one at the beginning of a string.
const letters = [..."abcXYZ019 _-./:;,?!\"'\\[]{}()<>|#&=+*%@~^`$", "ä", "ß", "€", "世", "界", "🙂", "👋🏽", "\n", "\t",
    "\u0000", "\u001e", "\u001f", "\u007f", "\u0080", "\u00ff", "\u07ff", "\u0800", "\u2028", "x\ufeff", "\uffff", "𝄞"];

export function text(random, most = 20) {
    return random.list(most, () => random.pick(letters)).join("");
}

function number(random) {
    return random.pick([0, 1, 42, -7, 1.5, -1e-7, 1e21, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1), random.fraction(), random.below(1e9)]);
}

export function bytes(random, most = 40) {
    return Buffer.from(Array.from({ length: random.below(most + 1) }, () => random.below(256)));
}

/** A value of JSON; with `binary` there may be bytes in it. */
export function value(random, { depth = 4, binary = false } = {}) {
    const inner = { depth: depth - 1, binary };
    switch (random.below(depth > 0 ? 9 : 6)) {
        case 0: return null;
        case 1: return random.chance(0.5);
        case 2: return number(random);
        case 3: return text(random);
        // Half of a surrogate pair is written \ud83d by those who follow the newer JSON.stringify.
        case 4: return random.chance(0.1) ? `half \ud83d of a pair` : text(random, 200);
        case 5: return binary ? bytes(random) : number(random);
        case 6: return random.list(5, () => value(random, inner));
        default: return Object.fromEntries(random.list(5, () => [`k${text(random, 6)}`, value(random, inner)]));
    }
}

function namespace(random) {
    if (random.chance(0.4)) return "/";
    const odd = letters.filter((letter) => !",\u0000\n".includes(letter) && letter !== "?");
    return "/" + random.list(12, () => random.pick(odd)).join("");
}

const reserved = new Set(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener", "error"]);

function eventName(random) {
    for (;;) {
        const name = random.chance(0.1) ? String(random.below(1000)) : text(random);
        if (!reserved.has(name)) return name;
    }
}

const countBytes = (value) => {
    if (Buffer.isBuffer(value)) return 1;
    if (value === null || typeof value !== "object") return 0;
    return Object.values(value).reduce((sum, member) => sum + countBytes(member), 0);
};

const kind = { connect: 0, disconnect: 1, event: 2, ack: 3, error: 4, binaryEvent: 5, binaryAck: 6 };

/**
 * A Socket.IO packet as an application's library would give it to its parser. `revision` is that of
 * the protocol: 5 from npm version 3 on.
 */
export function socketPacket(random, { revision, mostBytes = 5 }) {
    const type = random.pick([0, 1, 2, 2, 2, 2, 3, 3, 4, 5, 5, 6]);
    const packet = { type, nsp: namespace(random) };
    const id = () => random.pick([0, 1, 9, 10, random.below(1e6), 2 ** 32, 2 ** 53 - 1]);
    switch (type) {
        case kind.connect:
            if (revision >= 5) {
                if (random.chance(0.6)) packet.data = { token: text(random), more: value(random) };
            } else if (random.chance(0.5) && packet.nsp !== "/") {
                packet.nsp += `?token=${encodeURIComponent(text(random, 8).replace(/[\u{10000}-\u{10ffff}]/gu, ""))}&n=1`;
            }
            break;
        case kind.disconnect:
            break;
        case kind.error:
            packet.data = revision >= 5 && random.chance(0.6) ? { message: text(random), data: value(random) } : text(random);
            break;
        case kind.event:
        case kind.ack:
            packet.data = random.list(4, () => value(random));
            break;
        default:
            do packet.data = [bytes(random), ...random.list(3, () => value(random, { binary: true }))];
            while (countBytes(packet.data) > mostBytes);
            break;
    }
    if (type === kind.event || type === kind.binaryEvent) {
        packet.data.unshift(eventName(random));
        if (random.chance(0.4)) packet.id = id();
    }
    if (type === kind.ack || type === kind.binaryAck) packet.id = id();
    // The newer parsers find the bytes by themselves.
    if (revision >= 5 && type >= kind.binaryEvent) packet.type -= kind.binaryEvent - kind.event;
    return packet;
}

/** An Engine.IO packet; `binary` says whether a message may be bytes. */
export function enginePacket(random, { binary = false } = {}) {
    const type = random.pick(["open", "close", "ping", "pong", "message", "message", "message", "message", "upgrade", "noop"]);
    switch (type) {
        case "open":
            return { type, data: JSON.stringify({ sid: text(random, 20), upgrades: [], pingInterval: 25000, pingTimeout: 5000 }) };
        case "ping":
        case "pong":
            return random.chance(0.5) ? { type } : { type, data: "probe" };
        case "message":
            return { type, data: binary && random.chance(0.4) ? bytes(random, 300) : "2" + text(random, 300) };
        default:
            return { type };
    }
}
