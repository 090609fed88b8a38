"""Programs whose cost is known independently of the tools that measure it."""

import importlib.machinery
import importlib.util
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .paths import DASK_EXAMPLE, PYTHON, ROOT, WORKLOADS
from .readings import Readings

SAMPLE_SECONDS = 0.002
PAGE_BYTES = 4096


@dataclass(frozen=True)
class Program:
    key: str
    title: str
    command: list
    tells_truth: bool = True  # prints what it used as a line of JSON
    # Entering a cgroup can take an RCU grace period, 10 ms in which no memory is held: too long for the average of a short program.
    has_witness: bool = True
    rounds: int = 3
    in_short: bool = True


def _workload(name, title, **more):
    return Program(name, title, [WORKLOADS / "workload", "--truth", "truth.json", name], **more)


PROGRAMS = [
    _workload("memory-spike", "64 MiB held, 512 MiB for 2 ms", in_short=False),
    _workload("cpu-children", "500 children of 2 ms CPU", in_short=False),
    _workload("cpu-daemon", "daemon: 0.5 s CPU, 100 MiB"),
    _workload("memory-four", "10+20+30+40 MiB at once"),
    _workload("memory-profile", "200 MiB for 0.3 s, 50 MiB for 0.9 s", has_witness=False),
    Program("dask", "Dask example", [PYTHON, DASK_EXAMPLE], tells_truth=False, rounds=1, in_short=False),
]


def own_truth(folder):
    """What a workload wrote about itself."""
    said = json.loads((Path(folder) / "truth.json").read_text())

    def first(*keys):
        return next((said[key] for key in keys if key in said), None)

    return Readings(
        peak_bytes=first("rss_peak_bytes"),
        average_bytes=first("rss_average_bytes"),
        cpu_seconds=first("cpu_seconds_rusage", "cpu_seconds_at_least"),
        processes=first("processes_started"),
    )


class CgroupWitness:
    """For a cgroup that holds one command: the resident sizes of its members, read every 2 ms, and the kernel's CPU counter."""

    def __init__(self, counter):
        self._counter = counter
        self._members = counter.leaf / "cgroup.procs"
        self._sums = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def wrap(self, command):
        return self._counter.wrap([str(word) for word in command])

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def readings(self):
        now = [(at, size) for at, size in self._sums if size > 0]
        area = sum((t1 - t0) * (a + b) / 2 for (t0, a), (t1, b) in zip(now, now[1:]))
        average = area / (now[-1][0] - now[0][0]) if len(now) > 1 else None
        return Readings(max((size for _, size in now), default=None), average, self._counter.seconds())

    def _sample(self):
        while not self._ended.wait(SAMPLE_SECONDS):
            self._sums.append((time.monotonic(), sum(map(_resident_bytes, set(self._members.read_text().split())))))


def _resident_bytes(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (FileNotFoundError, ProcessLookupError):
        return 0


@contextmanager
def cgroup_witness(program, tool):
    """None if there cannot be one: making a cgroup, as scripts/check-demo does, may be refused; and on version 2, where a process has
    only one cgroup, it would remove the process from that of the tool."""
    if not program.has_witness:
        yield None
        return
    loader = importlib.machinery.SourceFileLoader("check_demo", str(ROOT / "scripts/check-demo"))
    check_demo = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_demo", loader))
    loader.exec_module(check_demo)
    with check_demo.cpu_counter() as counter:
        if counter is None or (tool.makes_cgroup and counter.file == "cpu.stat"):
            yield None
        else:
            with CgroupWitness(counter) as witness:
                yield witness
