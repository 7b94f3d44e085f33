"""Runs one process and prints, after what that one prints: seconds, those of a processor, the most bytes that it held.

`wait4` counts what a process inherits from the one that started it. So this one is small: no imports, and to be run
by `python -S`.
"""

import os
import sys
import time

start = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
print(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
sys.exit(os.waitstatus_to_exitcode(status) and 1)
