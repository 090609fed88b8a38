"""What each tool reports as the cost of a command; None if it reports nothing."""

import json
from dataclasses import dataclass
from statistics import fmean

MIB = 1024 * 1024


@dataclass(frozen=True)
class Readings:
    peak_bytes: float | None = None
    average_bytes: float | None = None
    cpu_seconds: float | None = None
    processes: float | None = None


def perfwrap(folder):
    metrics = json.loads((folder / "perfwrap.json").read_text())["runs"][0]["metrics"]
    keys = ("rss_peak_bytes", "rss_average_bytes", "cpu_seconds", "processes_started")
    return Readings(*(metrics.get(key) for key in keys))


def gnu_time(folder):
    user, system, largest_kib = (folder / "time").read_text().splitlines()[-1].split()
    return Readings(peak_bytes=float(largest_kib) * 1024, cpu_seconds=float(user) + float(system))


def perf_stat(folder):
    for line in (folder / "perf.csv").read_text().splitlines():
        fields = line.split(",")
        if len(fields) > 2 and fields[2] == "task-clock":
            return Readings(cpu_seconds=float(fields[0]) / 1000)
    return Readings()


def hyperfine(folder):
    (result,) = json.loads((folder / "hyperfine.json").read_text())["results"]
    return Readings(cpu_seconds=result["user"] + result["system"])


def mprof(folder):
    lines = [line.split() for line in (folder / "mprof.dat").read_text().splitlines()]
    sums = [float(words[1]) * MIB for words in lines if words[0] == "MEM"]
    return Readings(peak_bytes=max(sums), average_bytes=fmean(sums)) if sums else Readings()


def resource_monitor(folder):
    summary = json.loads((folder / "monitor.summary").read_text())
    return Readings(
        peak_bytes=summary["memory"][0] * MIB,
        cpu_seconds=summary["cpu_time"][0],
        processes=summary["total_processes"][0],
    )
