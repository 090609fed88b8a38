"""What perfwrap itself uses while it watches processes that sleep: CPU, memory, and the kernel memory of its BPF maps."""

import json
import subprocess
import time
from itertools import product

from .commands import CommandFailed
from .own_cost import bpf_bytes, cpu_seconds, peak_bytes
from .paths import WORKLOADS

POPULATIONS = (10, 100, 200, 1_000, 5_000)
SHORT_POPULATIONS = (200, 1_000)
INTERVALS = ("1ms", "10ms", "100ms")
SETTLE_SECONDS = 1
# perfwrap samples a large tree rarely, since a sample is expensive: what a few seconds show depends on whether one fell into them.
LARGE = 1_000
LARGE_SECONDS, DEFAULT_SECONDS, WINDOW_SECONDS = 20, 5, 2


def measure_watcher(settings):
    if not settings.wants("watcher"):
        return []
    cells = []
    for source, (count, interval) in product(("ebpf", "procfs"), _populations_and_intervals(settings.short)):
        settings.say(f"watcher: {source}, {count} processes, interval {interval or 'default'}")
        try:
            cost = _watch(settings, source, count, interval, _window_seconds(settings.short, count, interval))
        except CommandFailed as failure:
            cost = {"failed": str(failure)}
        cells.append({"source": source, "processes": count, "interval": interval} | cost)
    return cells


def _populations_and_intervals(short):
    return product(SHORT_POPULATIONS, (None,)) if short else product(POPULATIONS, (None, *INTERVALS))


def _window_seconds(short, count, interval):
    if short or (interval and count <= LARGE):
        return WINDOW_SECONDS
    return LARGE_SECONDS if count >= LARGE else DEFAULT_SECONDS


def _watch(settings, source, count, interval, window_seconds):
    result = settings.folder / "watcher.json"
    options = ["--quiet", "--source", source, "--output", f"json:{result}"] + (["--interval", interval] if interval else [])
    command = [settings.build.program, *options, "--", WORKLOADS / "sleepers", str(count)]
    watcher = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if watcher.stdout.readline() != "ready\n":
            raise CommandFailed(f"perfwrap --source {source}: {watcher.stderr.read().strip()}")
        time.sleep(SETTLE_SECONDS)
        begin, cpu_before = time.monotonic(), cpu_seconds(watcher.pid)
        time.sleep(window_seconds)
        cores = (cpu_seconds(watcher.pid) - cpu_before) / (time.monotonic() - begin)
        cost = {
            "cores": cores,
            "seconds": window_seconds,
            "peak_bytes": peak_bytes(watcher.pid),
            "bpf_bytes": bpf_bytes(watcher.pid),
        }
    finally:
        watcher.terminate()
        watcher.communicate()  # ends when the last sleeper, which holds the pipe, has ended
    return cost | {"interval_taken_seconds": _interval_taken(json.loads(result.read_text())["measurement"])}


def _interval_taken(measurement):
    """Between samples; where every change is followed, the resolution of the timeline."""
    return measurement["sources"]["rss_peak_bytes"].get("interval_seconds", measurement["interval_seconds"])
