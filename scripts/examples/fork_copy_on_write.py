"""A parent fills 256 MiB and forks four children, which read all of it and write nothing: hardly a page is copied."""

import os
import time

MIB = 1024 * 1024

block = bytearray(256 * MIB)
for start in range(0, len(block), MIB):
    block[start : start + MIB] = b"x" * MIB
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        block.count(b"y")
        time.sleep(2)
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
