"""-T fields and -T json of every frame, beside tshark's -T fields and -T ek."""

from measure import alternate, peak_of, seconds_of
from outcome import Outcome

LOAD = "socketio4"
FIELDS = ("frame.number", "frame.time_relative", "tcp.stream", "websocket.opcode", "websocket.payload_length",
          "websocket.payload.text")  # fmt: skip


def measure(bench):
    words = [word for name in FIELDS for word in ("-e", name)]
    title = bench.load(LOAD).title
    works = {
        f"-T fields with 6 fields, {title}": ("-T fields", ["-T", "fields", *words]),
        f"-T json, {title}": ("-T ek", ["-T", "json"]),
    }
    capture = bench.capture(LOAD)
    for work, (peer, ours) in works.items():
        if wrong := bench.wrong(LOAD):
            yield Outcome(work, [], failed=f"WRONG: {wrong}")
            continue
        theirs = ours if peer == "-T fields" else ["-T", "ek"]
        runs = alternate(
            {
                "ours": [bench.cli, capture, "-Y", "websocket", *ours],
                "theirs": ["tshark", "-r", capture, "-Y", "websocket", *theirs],
            }
        )
        yield Outcome(
            work, seconds_of(runs["ours"]), ("faster", 20), f"tshark {peer}", seconds_of(runs["theirs"]),
            peak=peak_of(runs["ours"]), peer_peak=peak_of(runs["theirs"]),
        )  # fmt: skip
