// Saying many messages on one connection no faster than the socket takes them, so that neither the
// program's memory nor the kernel's buffers decide what the packets look like.

import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";

/** How many bytes may wait in the program, and how many messages are said in one go. */
const waiting = 256 * 1024, atOnce = 64;

/** Says `count` texts on a WebSocket of the package ws, as its plan says. */
export async function sayTexts(socket, plan, texts, count) {
    for (let said = 0; said < count;) {
        const until = Math.min(said + (plan.corked > 1 ? plan.corked : atOnce), count);
        if (plan.corked > 1) socket._socket.cork();
        for (; said < until; ++said) {
            socket.send(texts[plan.text]());
            if (plan.fence && (said + 1) % plan.fence === 0) {
                // What was said so far has been read once the pong is there.
                socket.ping();
                await once(socket, "pong");
            }
        }
        if (plan.corked > 1) socket._socket.uncork();
        do await turn(); while (socket.bufferedAmount > waiting);
    }
}

/** Says `count` messages in fragments, and a ping behind every fragment. */
export async function sayFragments(socket, plan, texts, count) {
    const pieces = Array.from({ length: 8 }, () => texts.bytes(plan.fragment));
    for (let said = 0; said < count; ++said) {
        const piece = Buffer.from(pieces[said % pieces.length]);
        piece.writeUInt32BE(said, 0);
        const fin = said + 1 === count || (said + 1) % plan.perMessage === 0;
        socket.send(piece, { binary: true, fin });
        socket.ping(`fragment ${said}`);
        do await turn(); while (socket.bufferedAmount > waiting);
    }
}

/** Emits `count` events on a socket of Socket.IO; `waits` tells how many packets its engine holds. */
export async function sayEvents(socket, texts, count, ask, waits) {
    const answers = [];
    for (let said = 1; said <= count; ++said) {
        if (ask && said % 5 === 0) {
            answers.push(new Promise((resolve) => socket.emit("order", texts.order(), resolve)));
        } else if (said % 100 === 1) {
            socket.emit("picture", { name: texts.word(), size: 120 }, texts.bytes(120));
        } else if (said % 7 === 0) {
            socket.emit("message", texts.word(), texts.sentence(3 + texts.number(12)), { seen: false });
        } else {
            socket.emit("quote", texts.quote());
        }
        if (said % atOnce === 0) do await turn(); while (waits() > atOnce);
    }
    await Promise.all(answers);
}
