"""The window, in a display of its own: how long one waits for it, and what it takes.

Beside Wireshark's, which is not run here: it needed 26.6 s and 2,621 MB for the same capture.
"""

import json
import os
import select
import subprocess
import time

from captures import copies
from measure import ROUNDS
from outcome import Outcome

WIRESHARK_MB = 2621
# So many times the first capture, between other addresses, is 10.5 M rows.
TIMES = 7


class Display:
    """A server without a screen, so that no other window is in the way."""

    def __enter__(self):
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
        self.server = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        number = b""
        while not number.endswith(b"\n"):
            ready, _, _ = select.select([reader], [], [], 30)
            if not (piece := os.read(reader, 16) if ready else b""):
                self.__exit__()
                raise SystemExit("bench: Xvfb does not start")
            number += piece
        os.close(reader)
        number = number.decode().strip()
        return os.environ | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()


def play(bench, environment, capture):
    program = [bench.build / "tests" / "bench_window", str(time.monotonic_ns()), capture]
    done = subprocess.run(program, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"bench: the window failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def outcomes(rounds, title, works):
    for work, key, limit in works:
        seconds = [one[key] / 1000 for one in rounds]
        yield Outcome(f"window, {title}: {work}", seconds, ("below", limit) if limit else None, unit="ms")


SELECTED = ("a row selected to its tree and bytes, the slowest of 200", "select_anywhere", 50)
BUSY = ("its thread busy, the longest", "busy", 50)


def measure(bench):
    with Display() as environment, bench.scratch() as folder:
        great = folder / "great.pcap"
        with open(great, "wb") as file:
            file.writelines(copies(bench.capture("small").read_bytes(), TIMES))
        first, deep, rows = [], [], []
        for _ in range(ROUNDS):
            first.append(play(bench, environment, bench.capture("small")))
            deep.append(play(bench, environment, bench.capture("deep")))
            rows.append(play(bench, environment, great))
    yield from outcomes(first, "first capture", [
        ("shown, from the start of the program", "shown", None),
        ("first rows", "first_rows", 200),
        ("all listed", "listed", 1000),
        BUSY,
        SELECTED,
    ])  # fmt: skip
    peaks = [one["peak"] for one in first]
    yield Outcome("window, first capture: memory", peaks, ("below", round(0.15 * WIRESHARK_MB)), unit="MB")
    yield from outcomes(deep, "1 M compressed messages", [
        BUSY, SELECTED, ("a row at the end selected, the slowest of 200", "select_end", 50),
    ])  # fmt: skip
    yield from outcomes(rows, f"{rows[0]['rows']:,.0f} rows", [
        ("all listed", "listed", None),
        BUSY,
        ("scrolled by three rows, the slowest of 200", "scroll_near", 16),
        ("scrolled anywhere, the slowest of 200", "scroll_far", 16),
        SELECTED,
        ("narrowed to a connection", "narrow", 100),
    ])  # fmt: skip
    yield Outcome("window, 10 M rows: memory", [one["peak"] for one in rows], unit="MB")
