"""Runs one program and prints its seconds and its peak memory: runner.py PROGRAM ARGUMENT...

A process of its own, and a small one: what the kernel tells of a program's greatest memory begins with
that of the process which started it.
"""

import os
import sys
import time

NOTHING = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]

begin = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=NOTHING)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - begin, usage.ru_maxrss * 1024)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
