"""One line of the bench's table: a work, what it took us and a peer, and whether the target is met."""

from dataclasses import dataclass, field

from measure import median

UNITS = {"s": 1, "MB": 1e-6, "ms": 1000, "%": 100, "packets": 1}


@dataclass
class Outcome:
    """What was measured, in seconds, bytes or plain numbers, one value a run.

    `target` is one of
        ("faster", n)   the peer's median is at least n times ours
        ("at most", n)  our median is at most n times the peer's
        ("below", n)    our median is at most n, in the unit that is printed
        None            only measured
    """

    work: str
    ours: list
    target: tuple | None = None
    peer: str = ""
    theirs: list = field(default_factory=list)
    unit: str = "s"
    peak: int = 0  # bytes
    peer_peak: int = 0
    failed: str = ""  # the sentence why there is nothing to compare
    applicable: bool = True  # else `failed` says what is still missing

    @property
    def ratio(self):
        if not (self.ours and self.theirs):
            return None
        ours, theirs = median(self.ours), median(self.theirs)
        if not (ours and theirs):
            return None
        return theirs / ours if self.target is None or self.target[0] == "faster" else ours / theirs

    @property
    def met(self):
        """True, False, or None where there is no target."""
        if self.failed:
            return False if self.applicable else None
        if not self.target:
            return None
        kind, limit = self.target
        if kind == "below":
            return median(self.ours) * UNITS[self.unit] <= limit
        return self.ratio >= limit if kind == "faster" else self.ratio <= limit

    def value(self, values):
        """The median, and how far the runs lie apart."""
        if not values:
            return "", ""
        scaled = [value * UNITS[self.unit] for value in values]
        middle = median(scaled)
        digits = 0 if middle >= 1000 else 1 if middle >= 100 else 2 if middle >= 10 else 3
        spread = f"{min(scaled):.{digits}f}-{max(scaled):.{digits}f}" if len(scaled) > 1 else ""
        return f"{middle:.{digits}f} {self.unit}".strip(), spread

    def cells(self):
        """The texts of the table's columns; see report.COLUMNS."""
        if self.failed:
            return [self.work, "", "", self.peer, "", "", "", self.target_text(), self.verdict(), ""]
        mine, spread = self.value(self.ours)
        theirs, their_spread = self.value(self.theirs)
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}" if self.ratio < 10 else f"{self.ratio:.1f}"
        peaks = " / ".join(f"{peak / 1e6:.0f} MB" for peak in (self.peak, self.peer_peak) if peak)
        return [self.work, mine, spread, self.peer, theirs, their_spread, ratio, self.target_text(), self.verdict(), peaks]

    def target_text(self):
        if not self.target:
            return ""
        kind, limit = self.target
        if kind == "below":
            return f"<= {limit:g} {self.unit}".strip()
        return f">= {limit:g} x faster" if kind == "faster" else f"<= {limit:g} x"

    def verdict(self):
        if self.failed:
            return self.failed
        return {True: "met", False: "NOT MET", None: ""}[self.met]
