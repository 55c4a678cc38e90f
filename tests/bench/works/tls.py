"""wss with a key log: measured once TLS is read; until then the table says that it is missing."""

from outcome import Outcome


def measure(_):
    yield Outcome("-q, wss 1.3 with a key log", [], ("faster", 10), "tshark with the same log",
                  failed="TLS is not read yet", applicable=False)  # fmt: skip
