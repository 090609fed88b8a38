"""What one process has used so far, by the kernel's counters for this process: without its children or the tree that it watches."""

from dataclasses import dataclass
from pathlib import Path


def thread_cpu_seconds(folder):
    """CPU time of one thread, from its directory in /proc: schedstat has nanoseconds, while utime and stime of stat count ticks."""
    return int((Path(folder) / "schedstat").read_text().split()[0]) / 1e9


def cpu_seconds(pid):
    """CPU time of all threads that have not ended."""
    return sum(map(thread_cpu_seconds, Path(f"/proc/{pid}/task").iterdir()))


def peak_bytes(pid):
    """VmHWM, which is reset at exec, unlike ru_maxrss of rusage."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None


def bpf_bytes(pid):
    """Memory of the maps and programs that it holds open; each is counted once, however many descriptors refer to it."""
    objects = {}
    for fields in _descriptors(pid):
        if "memlock" in fields:
            kind = "map_id" if "map_id" in fields else "prog_id"
            objects[kind, fields.get(kind)] = int(fields["memlock"])
    return sum(objects.values())


@dataclass(frozen=True)
class Program:
    nanoseconds: int
    runs: int


def bpf_programs(pid):
    """The programs that run in other processes, as clocked by kernel.bpf_stats_enabled: iterators are read by perfwrap itself."""
    iterator = "26"  # BPF_PROG_TYPE_TRACING, among raw tracepoints
    programs = {
        fields["prog_id"]: Program(int(fields["run_time_ns"]), int(fields["run_cnt"]))
        for fields in _descriptors(pid)
        if "run_cnt" in fields and fields["prog_type"] != iterator
    }
    return list(programs.values())


def _descriptors(pid):
    for info in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            text = info.read_text()
        except FileNotFoundError:
            continue  # closed meanwhile
        yield dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
