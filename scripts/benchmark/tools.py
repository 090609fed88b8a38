"""perfwrap and its peers, each as it is used: it prints or writes its result."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import readings
from .paths import PERFWRAP

PEER_ROUNDS = 3  # a peer takes part in every third round: its cost is large, or known well enough


@dataclass(frozen=True)
class Tool:
    key: str
    wrap: Callable[[list, Path], list]  # (command, folder for the report) to command
    read: Callable[[Path], readings.Readings] | None = None  # from that folder
    every: int = 1
    makes_cgroup: bool = False


def _perfwrap(key, *options):
    return Tool(key, lambda command, folder: [PERFWRAP, *options, "--", *command])


def _perfwrap_with_json(key, *options):
    def wrap(command, folder):
        return [PERFWRAP, "--quiet", *options, "--output", f"json:{folder}/perfwrap.json", "--", *command]

    return Tool(key, wrap, readings.perfwrap, makes_cgroup="--exact-memory" in options)


def _gnu_time(command, folder):
    return ["/usr/bin/time", "-f", "%U %S %M", "-o", folder / "time", *command]


def _perf_stat(command, folder):
    return ["perf", "stat", "-x,", "-o", folder / "perf.csv", "--", *command]


def _hyperfine(command, folder):
    one_run = ["--runs", "1", "--style", "none", "--output", "inherit", "--export-json", folder / "hyperfine.json"]
    return ["hyperfine", "-N", *one_run, shlex.join(str(word) for word in command)]


def _mprof(command, folder):
    # mprof adds to the file of an earlier run.
    (folder / "mprof.dat").unlink(missing_ok=True)
    return ["/usr/bin/python3-mprof", "run", "--include-children", "--nopython", "--output", folder / "mprof.dat", *command]


def _resource_monitor(command, folder):
    options = ["--interval", "1", "--measure-only", "--without-disk-footprint"]
    return ["resource_monitor", *options, "--with-output-files", folder / "monitor", "--", *command]


MODES = {"perfwrap": ["--source", "ebpf"], "perfwrap procfs": ["--source", "procfs"], "perfwrap exact": ["--exact-memory"]}

BARE = Tool("bare", lambda command, folder: command)
# The same thing twice: what differs between the two is noise.
BARE_AGAIN = Tool("bare again", lambda command, folder: command)
PERFWRAPS = [_perfwrap(key, *options) for key, options in MODES.items()]
PEERS = [
    Tool("GNU time", _gnu_time, readings.gnu_time, PEER_ROUNDS),
    Tool("perf stat", _perf_stat, readings.perf_stat, PEER_ROUNDS),
    Tool("hyperfine -N", _hyperfine, readings.hyperfine, PEER_ROUNDS),
    Tool("mprof -C", _mprof, readings.mprof, PEER_ROUNDS),
    Tool("resource_monitor", _resource_monitor, readings.resource_monitor, PEER_ROUNDS),
]
MEASURING = [_perfwrap_with_json(key, *options) for key, options in MODES.items()] + PEERS
