"""The commands whose slowdown is measured, and how long all runs of each may take."""

from dataclasses import dataclass

from .paths import DASK_EXAMPLE, PYTHON, SCRIPTS, WORKLOADS


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    words: list
    seconds: float  # of measuring, in the long form
    short_seconds: float = 5
    count: int | None = None  # for a command whose last argument is a count: the value with which sizing begins
    in_short: bool = True
    warm_up: bool = True
    is_startup: bool = False  # measured is the time around the command, not within it


def _storm(key, title, count, seconds):
    return Row(key, title, [WORKLOADS / key], seconds, count=count)


# The summary goes to a file, like everything that the tools print.
STARTUP = Row("true", "`true`: start-up, all probes, result printed", ["/bin/true"], 40, is_startup=True)

STORMS = [
    _storm("page_faults", "page-fault storm", 10_000, 55),
    _storm("fork_exit", "fork+exit storm", 200, 55),
    _storm("fork_exec", "fork+exec storm", 50, 55),
    _storm("pipe_ping_pong", "pipe ping-pong", 5_000, 70),
    _storm("futex_ping_pong", "futex ping-pong", 10_000, 70),
]

PROGRAMS = [
    _storm("cpu_bound", "CPU-bound, all cores", 20, 55),
    _storm("file_reads", "4 KiB reads, page cache", 30_000, 55),
    Row("python", "Python, allocating", [PYTHON, SCRIPTS / "allocations.py"], 55, count=20),
    # Each run takes seconds and loads everything anew, so there is little to warm up.
    Row("dask", "Dask example", [PYTHON, DASK_EXAMPLE], 150, in_short=False, warm_up=False),
]

OVERHEAD = [STARTUP, *STORMS, *PROGRAMS]
