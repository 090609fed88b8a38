"""The commands whose slowing down is measured. Sizes give about a fifth of a second each on one machine of 2026."""

from dataclasses import dataclass

from .paths import DASK_EXAMPLE, PYTHON, SCRIPTS, WORKLOADS


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    command: list
    goal: str  # of perfwrap's default mode
    rounds: int
    short_rounds: int
    in_short: bool = True
    is_startup: bool = False  # what counts is the time around the command, not within it


def _storm(key, title, count, goal):
    return Row(key, title, [WORKLOADS / key, str(count)], goal, rounds=30, short_rounds=3)


STARTUP = Row("true", "`true`: start-up", ["/bin/true"], "8 ms; procfs 2 ms", 60, 9, is_startup=True)

STORMS = [
    _storm("page_faults", "page-fault storm", 100_000, "3 %; exact 10 %"),
    _storm("fork_exit", "fork+exit storm", 1_500, "3 %"),
    _storm("fork_exec", "fork+exec storm", 300, "3 %"),
    _storm("pipe_ping_pong", "pipe ping-pong", 40_000, "1 %"),
    _storm("futex_ping_pong", "futex ping-pong", 40_000, "1 %"),
]

PROGRAMS = [
    _storm("cpu_bound", "CPU-bound, all cores", 80, "0 ± 1 %"),
    _storm("file_reads", "4 KiB reads, page cache", 200_000, "0 ± 1 %"),
    Row("python", "Python, allocating", [PYTHON, SCRIPTS / "allocations.py", "60"], "0 ± 1 %", 30, 3),
    Row("dask", "Dask example", [PYTHON, DASK_EXAMPLE], "0 ± 1 %", 7, 3, in_short=False),
]

OVERHEAD = [STARTUP, *STORMS, *PROGRAMS]
