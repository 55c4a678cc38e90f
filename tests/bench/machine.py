"""What the measuring machine is, without its name: processor, memory, kernel, versions of the peers."""

import os
import platform
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0].strip()
    except (OSError, IndexError):
        return "not installed"


def field_of(path, name):
    found = re.search(rf"^{name}\s*:\s*(.*)$", Path(path).read_text(), re.MULTILINE)
    return found[1] if found else "unknown"


def commit():
    words = subprocess.run(
        ["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"], capture_output=True, text=True
    ).stdout.strip()  # fmt: skip
    return words or "unknown"


def describe():
    """Name and value, in the order in which they are shown."""
    memory = int(field_of("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    return {
        "Framescope": commit(),
        "processor": f"{field_of('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "tshark": first_line("tshark", "--version"),
        "tcpdump": first_line("tcpdump", "--version"),
        "node": first_line("node", "--version"),
        "busy before": f"{os.getloadavg()[0]:.1f} processes on average",
    }
