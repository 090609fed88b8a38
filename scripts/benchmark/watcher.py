"""What perfwrap itself uses while it watches processes that sleep: CPU, memory, and the kernel memory of its BPF maps."""

import subprocess
import time
from itertools import product

from .commands import CommandFailed
from .own_cost import bpf_bytes, cpu_seconds, peak_bytes
from .paths import PERFWRAP, WORKLOADS

POPULATIONS = (10, 100, 1_000, 5_000)
INTERVALS = ("1ms", "10ms", "100ms")
DEFAULT_INTERVAL_POPULATIONS = (200, 5_000)
SETTLE_SECONDS = 1
# perfwrap looks at a large tree seldom, since a look is expensive: what few seconds show depends on whether one was among them.
DEFAULT_INTERVAL_SECONDS = 20
WINDOW_SECONDS = 3


def measure_watcher(settings):
    if not settings.wants("watcher"):
        return []
    cells = []
    for source, (count, interval) in product(("ebpf", "procfs"), _populations_and_intervals(settings.short)):
        settings.say(f"watcher: {source}, {count} processes, interval {interval or 'default'}")
        try:
            window_seconds = DEFAULT_INTERVAL_SECONDS if interval is None and not settings.short else WINDOW_SECONDS
            cost = _watch(source, count, interval, window_seconds)
        except CommandFailed as failure:
            cost = {"failed": str(failure)}
        cells.append({"source": source, "processes": count, "interval": interval} | cost)
    return cells


def _populations_and_intervals(short):
    default = [(count, None) for count in ((200, 1_000) if short else DEFAULT_INTERVAL_POPULATIONS)]
    return default if short else default + list(product(POPULATIONS, INTERVALS))


def _watch(source, count, interval, window_seconds):
    options = ["--quiet", "--source", source] + (["--interval", interval] if interval else [])
    command = [PERFWRAP, *options, "--", WORKLOADS / "sleepers", str(count)]
    watcher = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if watcher.stdout.readline() != "ready\n":
            raise CommandFailed(f"perfwrap --source {source}: {watcher.stderr.read().strip()}")
        time.sleep(SETTLE_SECONDS)
        begin, cpu_before = time.monotonic(), cpu_seconds(watcher.pid)
        time.sleep(window_seconds)
        cores = (cpu_seconds(watcher.pid) - cpu_before) / (time.monotonic() - begin)
        return {"cores": cores, "peak_bytes": peak_bytes(watcher.pid), "bpf_bytes": bpf_bytes(watcher.pid), "seconds": window_seconds}
    finally:
        watcher.terminate()
        watcher.communicate()  # ends when the last sleeper, which holds the pipe, has ended
