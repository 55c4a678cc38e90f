// The loads: who says what, and how much. Client and server read the same plan, so that each knows when
// the other has said everything. `scale` divides the counts, for the quick size.

const plans = {
    // A frame in each packet, all from the client, so that all are masked.
    small: { peer: "ws", connections: 4, client: 1_500_000, text: "short", fence: 1000 },
    // Every message compressed, with the window of the messages before it.
    deflate: { peer: "ws", connections: 4, client: 150_000, server: 150_000, text: "long", deflate: true },
    // Of ten frames five are the client's events and four the server's; one answers.
    socketio4: { peer: "socket.io", version: 4, connections: 4, client: 163_000, server: 132_000 },
    socketio2: { peer: "socket.io", version: 2, connections: 4, client: 49_000, server: 40_000 },
    // For a row deep in a compressed stream, in the window.
    deep: { peer: "ws", connections: 1, server: 1_000_000, text: "tiny", deflate: true },
    // Each says three texts, hears them again, and closes: eight frames.
    connections: { peer: "ws", connections: 5000, client: 15_000, echo: true, text: "short", atOnce: 40 },
    // So many frames are handed over at once, so that they share segments.
    corked: { peer: "ws", connections: 2, client: 100_000, server: 300_000, text: "tiny", corked: 96 },
    corked1500: { peer: "ws", connections: 2, client: 250_000, server: 750_000, text: "tiny", corked: 96 },
    // Messages of five fragments of 1 MiB each, and a ping behind every fragment.
    fragments: { peer: "ws", connections: 1, client: 300, fragment: 1 << 20, perMessage: 5 },
};

export function planOf(name, scale) {
    const plan = { connections: 1, client: 0, server: 0, corked: 1, fence: 0, ...plans[name] };
    if (plan.atOnce) plan.connections = Math.ceil(plan.connections / scale);
    /** What one connection says. */
    plan.clientEach = Math.ceil(plan.client / scale / plan.connections);
    plan.serverEach = Math.ceil(plan.server / scale / plan.connections);
    return plan;
}
