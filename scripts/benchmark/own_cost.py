"""What one process has used so far, by the kernel's counters for it alone: neither its children nor the tree that it watches."""

from pathlib import Path


def thread_cpu_seconds(folder):
    """Of one thread, by its folder in /proc: nanoseconds in schedstat; utime and stime of stat count ticks of 10 ms."""
    return int((Path(folder) / "schedstat").read_text().split()[0]) / 1e9


def cpu_seconds(pid):
    """Of all threads that have not ended."""
    return sum(map(thread_cpu_seconds, Path(f"/proc/{pid}/task").iterdir()))


def peak_bytes(pid):
    """VmHWM, which begins anew at exec, unlike rusage's ru_maxrss."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def bpf_bytes(pid):
    """Of the maps and programs that it holds open; each is counted once, however many descriptors lead to it."""
    objects = {}
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        fields = dict(line.split(":\t", 1) for line in info.read_text().splitlines() if ":\t" in line)
        if "memlock" in fields:
            kind = "map_id" if "map_id" in fields else "prog_id"
            objects[kind, fields.get(kind)] = int(fields["memlock"])
    return sum(objects.values())
