"""One process writes a file of 256 MiB and reads it back, 1 MiB at a time: the kernel keeps the file, the process does not."""

import tempfile
import time

MIB = 1024 * 1024

# /tmp may be a tmpfs, whose files are shared memory.
with tempfile.TemporaryFile(dir="/var/tmp", buffering=0) as file:
    for _ in range(256):
        file.write(b"x" * MIB)
    file.seek(0)
    while file.read(MIB):
        pass
    time.sleep(2)
