"""perfwrap's own memory as runs become longer: it should stay the same. Peaks, as GNU time reports them for perfwrap and its command,
which is far smaller. Nothing is clocked here, so all runs take place at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp

from .commands import CommandFailed, run
from .paths import WORKLOADS
from .readings import gnu_time

SOURCES = ("ebpf", "procfs")
CHILDREN, SHORT_CHILDREN = (10_000, 100_000), (300, 3_000)
# The timeline has the same number of points after 5, 40 and 80 seconds, and nothing new happens after the first checkpoint, at 30.
SECONDS, SHORT_SECONDS = (5, 40, 80), (1, 6)


def measure_memory(settings):
    if not settings.wants("memory"):
        return []
    settings.say("memory: long runs")
    children, seconds = (SHORT_CHILDREN, SHORT_SECONDS) if settings.short else (CHILDREN, SECONDS)
    # The table of processes is full in the short run as well, so that only other growth shows.
    options = ["--max-processes", "100"]
    runs = [("children", "fork_exit", count, options) for count in children]
    runs += [("seconds", "churn", length, ["--interval", "1ms", *options]) for length in seconds]
    cells = [
        {"source": source, "what": what, "length": length, "command": command, "options": options}
        for source in SOURCES
        for what, command, length, options in runs
    ]
    with ThreadPoolExecutor(len(cells)) as pool:
        peaks = pool.map(lambda cell: _peak(settings, **cell), cells)
    return [cell | peak for cell, peak in zip(cells, peaks)]


def _peak(settings, source, command, length, options, **_):
    folder = Path(mkdtemp(dir=settings.folder))
    perfwrap = [settings.build.program, "--quiet", "--source", source, *options, "--output", f"json:{folder}/result.json"]
    try:
        run(["/usr/bin/time", "-f", "%U %S %M", "-o", folder / "time", *perfwrap, "--", WORKLOADS / command, str(length)], folder)
    except CommandFailed as failure:
        return {"failed": str(failure)}
    return {"peak_bytes": gnu_time(folder).peak_bytes}
