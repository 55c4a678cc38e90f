"""Runs programs in turns and takes their time and greatest memory.

In turns, so that whatever else the machine does meanwhile falls on all of them alike; and each round in
another order, because what ran just before a program decides what of its file and of the machine's memory
is at hand. What a program prints goes nowhere.
"""

import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5
RUNNER = [sys.executable, "-I", "-S", Path(__file__).with_name("runner.py")]


@dataclass(frozen=True)
class Run:
    seconds: float
    peak: int  # bytes


def run(command):
    """One run; the bench ends where the program fails."""
    runner = subprocess.run([*RUNNER, *command], capture_output=True, text=True, errors="replace")
    if runner.returncode:
        raise SystemExit(f"bench: {' '.join(map(str, command))} failed: {runner.stderr.strip()}")
    seconds, peak = runner.stdout.split()
    return Run(float(seconds), int(peak))


def order(names, turn):
    """The order of a round: in as many rounds as there are names, an even number, each follows each other once.

    Between two rounds, and in another number of them, that holds only nearly.
    """
    count = len(names)
    zigzag = [-(place // 2 + 1) if place % 2 else place // 2 for place in range(count)]
    return [names[(turn + step) % count] for step in zigzag]


def alternate(commands, rounds=ROUNDS):
    """Runs each of `commands` (a dictionary) so many times, in turns; their runs by the same names."""
    runs = {name: [] for name in commands}
    for turn in range(rounds):
        for name in order(list(commands), turn):
            runs[name].append(run(commands[name]))
    return runs


def seconds_of(runs):
    return [one.seconds for one in runs]


def peak_of(runs):
    """The greatest memory of any of the runs, in bytes."""
    return max(one.peak for one in runs)


def median(values):
    return statistics.median(values)
