"""Prints the table, and keeps it as a dated file under results/ with every single run."""

import datetime
from pathlib import Path

import machine

COLUMNS = ["work", "ours", "spread", "peer", "takes", "spread", "ratio", "target", "met?", "peak memory, ours / peer"]
RESULTS = Path(__file__).resolve().parent / "results"


def table_lines(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


class Report:
    """Outcomes are printed as they come; the table follows when all are there."""

    def __init__(self, names, quick):
        self.names, self.quick = names, quick
        self.outcomes = []
        self.machine = machine.describe()
        self.begin = datetime.datetime.now()

    def add(self, outcome):
        self.outcomes.append(outcome)
        print("  ".join(cell for cell in outcome.cells() if cell), flush=True)
        if not self.quick:
            self.keep()  # a run that is broken off is kept as far as it came

    def finish(self):
        """Prints the table, keeps the file, and returns whether every target is met."""
        print()
        for line in table_lines([COLUMNS, *(one.cells() for one in self.outcomes)]):
            print(line)
        missed = [one for one in self.outcomes if one.met is False]
        print(f"\n{len(self.outcomes)} works, {len(missed)} targets not met")
        if self.quick:
            print("Loads of the quick size are no measure; the run is not kept.")
        else:
            print(f"Kept in {self.keep().relative_to(RESULTS.parents[2])}")
        return not missed

    def keep(self):
        RESULTS.mkdir(exist_ok=True)
        name = "-".join(self.names)
        path = RESULTS / f"{self.begin:%Y-%m-%d-%H%M}-{name}.md"
        lines = [f"# ./dev bench {' '.join(self.names)}, {self.begin:%Y-%m-%d %H:%M}", ""]
        lines += [f"- {key}: {value}" for key, value in self.machine.items()]
        lines += ["", f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
        lines += [f"| {' | '.join(one.cells())} |" for one in self.outcomes]
        lines += ["", "## Every run", ""]
        for one in self.outcomes:
            for who, values in (("ours", one.ours), (one.peer, one.theirs)):
                if values:
                    lines.append(f"- {one.work}, {who}: {', '.join(f'{value:.6g}' for value in values)}")
        path.write_text("\n".join(lines) + "\n")
        return path
