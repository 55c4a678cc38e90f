"""Live captures beside tcpdump -w, in turns: what is lost, and how late rows are.

Small frames and datagrams on lo; TCP joins what is sent too fast, so that most packets have to be
datagrams. What the machine cannot send a second is no measure, and is said.
"""

import json
import os
import subprocess

from measure import ROUNDS, median
from outcome import Outcome

SECONDS = 3
RATES = ((10_000, 90_000), (20_000, 280_000))  # frames and datagrams a second
WITHIN_MS = 200


def play(bench, folder, who, frames, datagrams):
    command = [bench.build / "tests" / "bench_live", bench.build / "bin" / "framescope-capture", folder, who,
               str(frames), str(datagrams), str(SECONDS)]  # fmt: skip
    program = subprocess.run(command, capture_output=True, text=True)
    if program.returncode:
        raise SystemExit(f"bench: {program.stderr.strip()}")
    return json.loads(program.stdout)


def lost(round_):
    """Packets that are missing, or frames without a row where we are asked."""
    return round_["dropped"] + (max(0, round_["frames"] - round_["rows"]) if round_["rows"] else 0)


def sent(rounds):
    return median([one["packets"] + one["dropped"] for one in rounds]) / SECONDS


def measure(bench):
    if os.geteuid() != 0:
        yield Outcome("live", [], ("at most", 1), "tcpdump -w", failed="capturing takes root here", applicable=False)
        return
    for frames, datagrams in RATES:
        ours, theirs = [], []
        with bench.scratch() as folder:
            for _ in range(ROUNDS):
                ours.append(play(bench, folder, "ours", frames, datagrams))
                theirs.append(play(bench, folder, "tcpdump", frames, datagrams))
        work = f"live, {frames + datagrams:,} packets a second"
        yield Outcome(f"{work}: sent a second", [sent(ours)], None, "tcpdump -w", [sent(theirs)], unit="packets")
        yield Outcome(f"{work}: lost", [lost(one) for one in ours], ("below", 0), "tcpdump -w",
                      [lost(one) for one in theirs], unit="packets")  # fmt: skip
        yield Outcome(f"{work}: the latest row", [one["latest_ms"] / 1000 for one in ours], ("below", WITHIN_MS), unit="ms")
        yield Outcome(f"{work}: the median row", [one["median_ms"] / 1000 for one in ours], unit="ms")
