"""What perfwrap may cost, and whether the results keep to it. Medians of one run on a machine with 2 CPUs."""

from dataclasses import dataclass
from math import inf
from typing import Callable

from .figures import added_time, child_growth, memory_growth, own_cpu, own_memory, slowdown
from .rows import STORMS


@dataclass(frozen=True)
class Goal:
    what: str
    find: Callable  # from the results to a Figure, or None
    limit: float
    unit: str
    either_way: bool = False  # within +- limit: a speed-up is as suspicious
    left: str = ""  # why it cannot be reached, and what is left: said where it is not met

    def text(self):
        return f"{'±' if self.either_way else '≤'} {self.limit:g} {self.unit}"


def verdict(goal, figure):
    """By the median; where the interval reaches to the other side of the limit, that is said. "Not distinguishable from 0", of
    goals that go either way, takes the whole interval."""
    if figure is None:
        return "not measured"
    low = -inf if figure.low is None else figure.low
    high = inf if figure.high is None else figure.high
    size = abs(figure.value) if goal.either_way else figure.value
    surely_met = high <= goal.limit and (low >= -goal.limit or not goal.either_way)
    surely_missed = low > goal.limit or (goal.either_way and high < -goal.limit)
    if surely_met:
        return "yes"
    if surely_missed:
        return "no"
    if goal.either_way:
        return "cannot tell"
    return "yes, by the median" if size <= goal.limit else "no, by the median"


EBPF, PROCFS, EXACT = "perfwrap", "perfwrap procfs", "perfwrap exact"

EVERY_SWITCH = "the program at sched_switch does nothing but look whether the thread has ended; what is left is the call of it"

GOALS = [
    Goal(
        "start-up over bare, procfs mode",
        added_time("true", PROCFS),
        2,
        "ms",
        left="of perfwrap's own samples (perf record) a quarter are page faults, a sixth is the dynamic linker, a tenth the fork of the "
        "process that tells signals to the group apart; the same run shows what GNU time adds",
    ),
    Goal(
        "start-up over bare, eBPF mode, all probes, result printed",
        added_time("true", EBPF),
        8,
        "ms",
        left="beyond procfs mode's it is the kernel: it verifies the programs and patches its code for five tracepoints; the same run "
        "shows what perf stat adds",
    ),
    Goal("page-fault storm, default mode", slowdown("page_faults", EBPF), 3, "%"),
    Goal("page-fault storm, every event exact", slowdown("page_faults", EXACT), 10, "%"),
    Goal("fork+exit storm", slowdown("fork_exit", EBPF), 3, "%"),
    Goal("fork+exec storm", slowdown("fork_exec", EBPF), 3, "%"),
    Goal("context-switch ping-pong over a pipe", slowdown("pipe_ping_pong", EBPF), 1, "%", left=EVERY_SWITCH),
    Goal("futex ping-pong between threads", slowdown("futex_ping_pong", EBPF), 1, "%", left=EVERY_SWITCH),
    Goal("CPU-bound on all cores", slowdown("cpu_bound", EBPF), 1, "%", either_way=True),
    Goal("file I/O, 4 KiB from the page cache", slowdown("file_reads", EBPF), 1, "%", either_way=True),
    Goal("allocation-heavy Python", slowdown("python", EBPF), 1, "%", either_way=True),
    Goal("Dask example", slowdown("dask", EBPF), 1, "%", either_way=True),
    *(Goal(f"untracked processes meanwhile: {storm.title}", slowdown(storm.key, EBPF, "untracked"), 1, "%") for storm in STORMS),
    Goal("own CPU, 200 sleeping processes, eBPF", own_cpu("ebpf", 200), 1, "% of a core"),
    Goal("own CPU, 200 sleeping processes, procfs", own_cpu("procfs", 200), 5, "% of a core"),
    Goal("own CPU, 5,000 sleeping processes, eBPF", own_cpu("ebpf", 5_000), 5, "% of a core"),
    # Its samples keep to a budget of 4 % of a core (probes/pacing.hpp); what it took to keep it is in the result, as the interval.
    Goal("own CPU, 5,000 sleeping processes, procfs", own_cpu("procfs", 5_000), 5, "% of a core"),
    Goal("own memory, eBPF, the most of all runs", own_memory("ebpf"), 16, "MiB"),
    Goal("own memory, procfs, the most of all runs", own_memory("procfs"), 16, "MiB"),
    Goal(
        "own memory, eBPF, 100,000 children against 10,000",
        memory_growth("ebpf", "children", 10_000, 100_000),
        0.5,
        "MiB",
        either_way=True,
    ),
    Goal(
        "own memory, procfs, 100,000 children against 10,000",
        memory_growth("procfs", "children", 10_000, 100_000),
        0.5,
        "MiB",
        either_way=True,
        left="samples see few of the children, so that the process table fills up late; it stops at 1,000 rows",
    ),
    Goal("own memory, eBPF, 60 s against 5 s at 1 ms", memory_growth("ebpf", "seconds", 5, 60), 0.5, "MiB", either_way=True),
    Goal("own memory, procfs, 60 s against 5 s at 1 ms", memory_growth("procfs", "seconds", 5, 60), 0.5, "MiB", either_way=True),
    Goal("a child among 100,000 against one among 1,000, eBPF", child_growth(EBPF, 1_000, 100_000), 10, "%", either_way=True),
    Goal("a child among 100,000 against one among 1,000, procfs", child_growth(PROCFS, 1_000, 100_000), 10, "%", either_way=True),
]
