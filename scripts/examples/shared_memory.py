"""Two processes write to the same 256 MiB of shared memory."""

import mmap
import os
import time

MIB = 1024 * 1024

block = mmap.mmap(-1, 256 * MIB)
child = os.fork()
for start in range(0, len(block), MIB):
    block[start : start + MIB] = b"x" * MIB
time.sleep(2)
if child:
    os.waitpid(child, 0)
