"""What one process has used so far, by the kernel's counters for it alone: neither its children nor the tree that it watches."""

from pathlib import Path


def cpu_seconds(pid):
    """In nanoseconds in schedstat; utime and stime of /proc/PID/stat count ticks of 10 ms. Threads that ended are missing."""
    stats = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(stat.read_text().split()[0]) for stat in stats) / 1e9


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
