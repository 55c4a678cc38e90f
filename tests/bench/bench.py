#!/usr/bin/env python3
"""./dev bench: bench.py [--quick] BUILD-FOLDER NAME...

Measures the works of the named groups, prints them as a table with their targets, and keeps the run under
results/. Every load that a group needs is held against its peers' counts before anything is timed.
"""

import argparse
import signal
import sys
import tempfile
from functools import cached_property
from pathlib import Path

from check import check
from loads import catalogue
from report import Report
from works import damage, growth, live, printing, reading, searching, tls, window

GROUPS = {
    "reading": reading.measure,
    "printing": printing.measure,
    "searching": searching.measure,
    "growth": growth.measure,
    "damage": damage.measure,
    "live": live.measure,
    "window": window.measure,
    "tls": tls.measure,
}


class Scratch(tempfile.TemporaryDirectory):
    """A temporary folder as a path."""

    def __init__(self, parent):
        super().__init__(prefix="scratch-", dir=parent)

    def __enter__(self):
        return Path(super().__enter__())


class Bench:
    """What the groups are given: our programs, the loads, and whether they are read rightly."""

    def __init__(self, build, quick):
        self.build = build
        self.scale = catalogue.QUICK if quick else 1
        self._checked = {}

    @cached_property
    def cli(self):
        return self.build / "bin" / "framescope-cli"

    @staticmethod
    def loads():
        """Those whose reading is measured."""
        return [load for load in catalogue.LOADS.values() if load.reading]

    @staticmethod
    def load(name):
        return catalogue.LOADS[name]

    def capture(self, name):
        return catalogue.capture_of(name, self.scale)

    @staticmethod
    def scratch():
        """A folder for captures that only one group needs, on the disk that has the loads."""
        parent = catalogue.cache_folder(1).parent
        parent.mkdir(parents=True, exist_ok=True)
        return Scratch(parent)

    def _check(self, name):
        if name not in self._checked:
            self._checked[name] = check(self.cli, name, self.scale)
            wrong, rows, frames = self._checked[name]
            print(f"{name}: {rows} rows, {frames} frames, {'WRONG' if wrong else 'as the peers counted'}", flush=True)
        return self._checked[name]

    def wrong(self, name):
        """The sentence about the first difference to what the peers counted, or nothing."""
        wrong = self._check(name)[0]
        return f"{len(wrong)} differences to the peers' counts, such as {wrong[0]}" if wrong else ""

    def rows(self, name):
        return self._check(name)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a twentieth of every load; a trial of the bench itself")
    parser.add_argument("build", type=Path)
    parser.add_argument("groups", nargs="*", metavar="NAME", help=", ".join(GROUPS))
    arguments = parser.parse_intermixed_args()
    if unknown := set(arguments.groups) - GROUPS.keys():
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    names = arguments.groups or list(GROUPS)
    # A run that is ended from outside cleans up like any other.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    bench, report = Bench(arguments.build.resolve(), arguments.quick), Report(arguments.groups or ["all"], arguments.quick)
    for name in names:
        for outcome in GROUPS[name](bench):
            report.add(outcome)
    return 0 if report.finish() else 1


sys.exit(main())
