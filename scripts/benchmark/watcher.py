"""What perfwrap itself uses while it watches processes that sleep: CPU, memory, and the kernel memory of its BPF maps."""

import subprocess
import time

from .commands import CommandFailed
from .own_cost import bpf_bytes, cpu_seconds, peak_bytes
from .paths import PERFWRAP, WORKLOADS

POPULATIONS = (10, 100, 200, 1_000, 5_000)
INTERVALS = (None, "1ms", "10ms", "100ms")  # None: perfwrap's default
SETTLE_SECONDS = 1
WINDOW_SECONDS = 1.5


def measure_watcher(settings):
    if not settings.wants("watcher"):
        return []
    populations, intervals = ((200, 1_000), (None,)) if settings.short else (POPULATIONS, INTERVALS)
    cells = []
    for source in ("ebpf", "procfs"):
        for count in populations:
            settings.say(f"watcher: {source}, {count} processes")
            for interval in intervals:
                try:
                    cost = _watch(source, count, interval)
                except CommandFailed as failure:
                    cost = {"failed": str(failure)}
                cells.append({"source": source, "processes": count, "interval": interval} | cost)
    return cells


def _watch(source, count, interval):
    options = ["--quiet", "--source", source] + (["--interval", interval] if interval else [])
    command = [PERFWRAP, *options, "--", WORKLOADS / "sleepers", str(count)]
    watcher = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if watcher.stdout.readline() != "ready\n":
            raise CommandFailed(f"perfwrap --source {source}: {watcher.stderr.read().strip()}")
        time.sleep(SETTLE_SECONDS)
        begin, cpu_before = time.monotonic(), cpu_seconds(watcher.pid)
        time.sleep(WINDOW_SECONDS)
        cores = (cpu_seconds(watcher.pid) - cpu_before) / (time.monotonic() - begin)
        return {"cores": cores, "peak_bytes": peak_bytes(watcher.pid), "bpf_bytes": bpf_bytes(watcher.pid)}
    finally:
        watcher.terminate()
        watcher.communicate()  # ends when the last sleeper, which holds the pipe, has ended
