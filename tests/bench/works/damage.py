"""What is hard to read beside what is easy: the same amount must take about the same time."""

from captures import beginning, byte_by_byte, damaged, lossy
from measure import alternate, peak_of, seconds_of
from outcome import Outcome

LOADS = ("small", "deflate", "socketio4", "connections")
SEGMENTS = 100_000
SHARE = 0.01


def compare(bench, work, hard, clean):
    runs = alternate({"hard": [bench.cli, "-q", hard], "clean": [bench.cli, "-q", clean]})
    return Outcome(
        work, seconds_of(runs["hard"]), ("at most", 3), "the clean file", seconds_of(runs["clean"]),
        peak=peak_of(runs["hard"]), peer_peak=peak_of(runs["clean"]),
    )  # fmt: skip


def measure(bench):
    with bench.scratch() as folder:
        hard, clean = folder / "hard.pcap", folder / "clean.pcap"
        data = bench.capture("small").read_bytes()
        hard.write_bytes(byte_by_byte(data, SEGMENTS))
        size = hard.stat().st_size
        clean.write_bytes(beginning(data, lambda _, end: end >= size))
        yield compare(bench, f"-q, one byte a segment, {SEGMENTS:,} segments", hard, clean)
        for name in LOADS:
            data = bench.capture(name).read_bytes()
            clean.write_bytes(data)
            title = bench.load(name).title
            hard.write_bytes(damaged(data, SHARE))
            yield compare(bench, f"-q, a byte damaged in 1 % of the packets, {title}", hard, clean)
            hard.write_bytes(lossy(data, SHARE))
            yield compare(bench, f"-q, 1 % of the packets lost, {title}", hard, clean)
