"""A text sought in all payloads: the rows that have it are printed by their number."""

import subprocess

from measure import alternate, peak_of, seconds_of
from outcome import Outcome

LOAD = "small"
TEXT = "refund region"
WORDS = ["-Y", f'websocket.payload.text contains "{TEXT}"', "-T", "fields", "-e", "frame.number"]


def found(command):
    """The numbers of the packets, or nothing where the program does not know the words."""
    program = subprocess.run(command, capture_output=True, text=True)
    return None if program.returncode else program.stdout.split()


def measure(bench):
    work = f"a text in all payloads, {bench.load(LOAD).title}"
    capture = bench.capture(LOAD)
    ours, theirs = [bench.cli, capture, *WORDS], ["tshark", "-r", capture, *WORDS]
    numbers = found(ours)
    if numbers is None:
        yield Outcome(work, [], ("faster", 80), "tshark contains", failed="the filter has no contains", applicable=False)
        return
    if numbers != (expected := found(theirs)):
        yield Outcome(work, [], ("faster", 80), "tshark contains",
                      failed=f"WRONG: {len(numbers)} found, tshark {len(expected)}")  # fmt: skip
        return
    runs = alternate({"ours": ours, "theirs": theirs})
    yield Outcome(
        work, seconds_of(runs["ours"]), ("faster", 80), "tshark contains", seconds_of(runs["theirs"]),
        peak=peak_of(runs["ours"]), peer_peak=peak_of(runs["theirs"]),
    )  # fmt: skip
