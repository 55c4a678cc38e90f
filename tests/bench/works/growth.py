"""Time and memory from 1 to 20 million frames: both must be straight lines.

A million small frames of one load are repeated between other addresses. Held against the line through
the smallest and the greatest size, the sizes between may be off by a tenth.
"""

from captures import beginning, copies
from measure import alternate, median
from outcome import Outcome

LOAD = "small"
TIMES = (1, 5, 10, 20)
PACKETS = 1_290_000  # of the load, with a million frames
OFF = 10  # percent
ROUNDS = 12  # one run may be off by more than what is looked for


def off_the_line(values):
    """How far the sizes between are off the line through the first and the last, the worst one."""
    first, last = values[TIMES[0]], values[TIMES[-1]]
    slope = (last - first) / (TIMES[-1] - TIMES[0])
    return max(abs(values[n] / (first + slope * (n - TIMES[0])) - 1) for n in TIMES)


def measure(bench):
    data = beginning(bench.capture(LOAD).read_bytes(), lambda number, _: number >= PACKETS / bench.scale)
    with bench.scratch() as folder:
        files = {n: folder / f"{n}.pcap" for n in TIMES}
        for n, path in files.items():
            with open(path, "wb") as file:
                file.writelines(copies(data, n))
        runs = alternate({n: [bench.cli, "-q", path] for n, path in files.items()}, ROUNDS)
    for n in TIMES:
        yield Outcome(f"-q, {n} M small frames", [run.seconds for run in runs[n]], peak=max(run.peak for run in runs[n]))
    for what, value in (("time", lambda run: run.seconds), ("memory", lambda run: run.peak)):
        middle = {n: median([value(run) for run in runs[n]]) for n in TIMES}
        yield Outcome(f"growth of {what}, off the line", [off_the_line(middle)], ("below", OFF), unit="%")
