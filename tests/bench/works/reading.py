"""The whole index (-q) of every load, beside tshark, tcpdump and cat; and what memory that takes."""

import re
import subprocess
from functools import cache

from measure import alternate, peak_of, seconds_of
from outcome import Outcome

# The least factor to tshark, per load; the others are only measured.
FASTER = {"small": 150, "deflate": 35, "socketio4": 55, "connections": 50, "corked": 35, "corked1500": 45}
# Memory of the terminal program: so much, and for each row and each packet with data.
BASE, PER_ROW, PER_PACKET = 64 << 20, 64, 32
OF_TSHARK = 0.2

DATA_PACKETS = "ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) != 0"


def tshark(capture, *words):
    return ["tshark", "-r", capture, *words]


def tcpdump(capture):
    return ["tcpdump", "-r", capture, "-w", "/dev/null"]


@cache
def data_packets(capture):
    said = subprocess.run(["tcpdump", "-r", capture, "--count", DATA_PACKETS], capture_output=True, text=True).stdout
    return int(re.match(r"(\d+) packet", said)[1])


def memory(bench, load, ours, theirs):
    """Peaks of our runs against both bounds."""
    allowed = (BASE + PER_ROW * bench.rows(load.name) + PER_PACKET * data_packets(bench.capture(load.name))) / 1e6
    peaks = [run.peak for run in ours]
    yield Outcome(f"memory of -q, {load.title}", peaks, ("below", round(allowed, 1)), unit="MB")
    tshark_peaks = [run.peak for run in theirs]
    yield Outcome(
        f"memory of -q, {load.title}", peaks, ("at most", OF_TSHARK), "tshark", tshark_peaks, unit="MB"
    )


def measure(bench):
    for load in bench.loads():
        if wrong := bench.wrong(load.name):
            yield Outcome(f"-q, {load.title}", [], failed=f"WRONG: {wrong}")
            continue
        capture = bench.capture(load.name)
        runs = alternate(
            {
                "ours": [bench.cli, "-q", capture],
                "cat": ["cat", capture],
                "tcpdump": tcpdump(capture),
                "tshark": tshark(capture, "-Y", "websocket", "-T", "fields", "-e", "websocket.opcode"),
            }
        )
        targets = {
            "tshark": ("faster", FASTER[load.name]) if load.name in FASTER else None,
            "tcpdump": ("at most", 1) if load.name == "small" else None,
            "cat": ("at most", 3) if load.name == "fragments" else None,
        }
        for peer, target in targets.items():
            yield Outcome(
                f"-q, {load.title}", seconds_of(runs["ours"]), target, peer, seconds_of(runs[peer]),
                peak=peak_of(runs["ours"]), peer_peak=peak_of(runs[peer]),
            )  # fmt: skip
        yield from memory(bench, load, runs["ours"], runs["tshark"])
