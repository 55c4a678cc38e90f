// A capture file of TCP conversations, written without capturing: whoever relays a conversation knows
// every byte of it and the order in which the bytes came, and can write down the packets.
//
// The packets are what the loopback interface would show: Ethernet without addresses, IPv4, TCP with
// sequence numbers, acknowledgements and checksums that are right. Every segment with data is
// acknowledged at once by a packet of its own. Nothing is ever lost or out of order.

import { openSync, closeSync, writeSync } from "node:fs";

/** The segment size of the loopback interface: its MTU of 65,536 less both headers and an option. */
const maxSegment = 65483;
const flagFin = 1, flagSyn = 2, flagRst = 4, flagPsh = 8, flagAck = 16;

/** One's complement sum as IPv4 and TCP use it (RFC 1071). */
function checksum(...parts) {
    let sum = 0;
    for (const part of parts) {
        for (let i = 0; i + 1 < part.length; i += 2) sum += part.readUInt16BE(i);
        if (part.length % 2) sum += part[part.length - 1] << 8;
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
    return ~sum & 0xffff;
}

const address = (text) => Buffer.from(text.split(".").map(Number));

/** A capture file in the classic pcap format, with microseconds. */
export class PcapFile {
    #file;
    #ident = 0;

    constructor(path) {
        this.#file = openSync(path, "w");
        const head = Buffer.alloc(24);
        head.writeUInt32LE(0xa1b2c3d4, 0);
        head.writeUInt16LE(2, 4);
        head.writeUInt16LE(4, 6);
        head.writeUInt32LE(262144, 16); // greatest length of a packet
        head.writeUInt32LE(1, 20); // Ethernet
        writeSync(this.#file, head);
    }

    /** Appends one TCP segment; `from` and `to` are {address, port}. */
    segment(from, to, seq, ack, flags, data) {
        const tcp = Buffer.alloc(20);
        tcp.writeUInt16BE(from.port, 0);
        tcp.writeUInt16BE(to.port, 2);
        tcp.writeUInt32BE(seq >>> 0, 4);
        tcp.writeUInt32BE(ack >>> 0, 8);
        tcp[12] = 5 << 4;
        tcp[13] = flags;
        tcp.writeUInt16BE(65535, 14);
        const length = tcp.length + data.length;
        const pseudo = Buffer.concat([
            address(from.address), address(to.address), Buffer.from([0, 6, length >> 8, length & 0xff]),
        ]);
        tcp.writeUInt16BE(checksum(pseudo, tcp, data), 16);

        const ip = Buffer.alloc(20);
        ip[0] = 0x45;
        ip.writeUInt16BE(20 + length, 2);
        ip.writeUInt16BE((this.#ident = (this.#ident + 1) & 0xffff), 4);
        ip.writeUInt16BE(0x4000, 6); // do not fragment
        ip[8] = 64;
        ip[9] = 6;
        address(from.address).copy(ip, 12);
        address(to.address).copy(ip, 16);
        ip.writeUInt16BE(checksum(ip), 10);

        const ethernet = Buffer.alloc(14);
        ethernet.writeUInt16BE(0x0800, 12);

        const packet = Buffer.concat([ethernet, ip, tcp, data]);
        const head = Buffer.alloc(16);
        const now = performance.timeOrigin + performance.now(); // milliseconds, with a fraction
        head.writeUInt32LE(Math.floor(now / 1000), 0);
        head.writeUInt32LE(Math.floor((now % 1000) * 1000), 4);
        head.writeUInt32LE(packet.length, 8);
        head.writeUInt32LE(packet.length, 12);
        writeSync(this.#file, head);
        writeSync(this.#file, packet);
    }

    close() {
        closeSync(this.#file);
    }
}

/** One TCP connection in a capture file; its two ends are the indices 0 (client) and 1 (server). */
export class PcapConnection {
    #file;
    #ends;
    #next; // sequence number of the next byte of each end
    #open = [true, true];

    /** Writes the three packets of the handshake. */
    constructor(file, client, server) {
        this.#file = file;
        this.#ends = [client, server];
        // Any number will do; different ones make a mix-up of the two directions visible.
        this.#next = [client.port * 65537, server.port * 40503 + 0x7fffff00];
        this.#write(0, flagSyn);
        this.#write(1, flagSyn | flagAck);
        this.#write(0, flagAck);
    }

    /** `data` was sent by the end `from`, and acknowledged by the other. */
    data(from, data) {
        for (let at = 0; at < data.length; at += maxSegment) {
            this.#write(from, flagPsh | flagAck, data.subarray(at, at + maxSegment));
            this.#write(1 - from, flagAck);
        }
    }

    /** The end `from` will send no more. */
    finish(from) {
        if (!this.#open[from]) return;
        this.#open[from] = false;
        this.#write(from, flagFin | flagAck);
        this.#write(1 - from, flagAck);
    }

    /** The end `from` gave the connection up. */
    reset(from) {
        if (!this.#open[0] && !this.#open[1]) return;
        this.#open = [false, false];
        this.#write(from, flagRst | flagAck);
    }

    #write(from, flags, data = Buffer.alloc(0)) {
        const ack = flags & flagAck ? this.#next[1 - from] : 0;
        this.#file.segment(this.#ends[from], this.#ends[1 - from], this.#next[from], ack, flags, data);
        this.#next[from] += data.length + (flags & (flagSyn | flagFin) ? 1 : 0);
    }
}
