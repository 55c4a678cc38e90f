"""tcpdump while the peers talk."""

import re
import subprocess
import time


class Recording:
    """Whole packets of one device into a file, with a buffer that is large enough for a busy machine."""

    def __init__(self, device, path, port):
        self.path = path
        self.program = subprocess.Popen(
            ["tcpdump", "-n", "-i", device, "-s", "262144", "-B", "262144", "-Z", "root", "-w", path,
             "tcp", "port", str(port)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = ""
        while "listening on" not in said:
            line = self.program.stderr.readline()
            if not line:
                raise SystemExit(f"bench: tcpdump does not listen: {said.strip()}")
            said += line

    def end(self):
        """Waits for what the kernel still holds; returns how many packets were captured and dropped."""
        size = -1
        while size != (size := self.path.stat().st_size):
            time.sleep(1.5)  # tcpdump is given a block once it is full, or a second old
        self.program.terminate()
        said = self.program.communicate()[1]
        captured = int(re.search(r"(\d+) packets? captured", said)[1])
        dropped = sum(map(int, re.findall(r"(\d+) packets? dropped by", said)))
        return captured, dropped
