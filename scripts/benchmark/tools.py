"""perfwrap and other tools, each in its normal use: it prints or writes its result."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import readings

PEER_ROUNDS = 10  # other tools take part in every tenth round: their cost is large, or known well enough


@dataclass(frozen=True)
class Tool:
    key: str
    wrap: Callable[[list, Path], list]  # (command, directory for the report) to command
    read: Callable[[Path], readings.Readings] | None = None  # from that directory
    every: int = 1
    makes_cgroup: bool = False


@dataclass(frozen=True)
class Mode:
    key: str
    options: list
    every: int = 1


MODES = [
    Mode("perfwrap", ["--source", "ebpf"]),
    Mode("perfwrap procfs", ["--source", "procfs"], 2),
    Mode("perfwrap exact", ["--source", "ebpf", "--exact-memory"], 3),
]


def column_at(mode_key, revision):
    """The column of a build; that of this checkout has no revision."""
    return f"{mode_key} at {revision}" if revision else mode_key


def perfwraps(*builds):
    """All modes of all builds."""

    def tool(build, mode):
        wrap = lambda command, folder: [build.program, *mode.options, "--", *command]
        return Tool(column_at(mode.key, build.revision), wrap, every=mode.every)

    return [tool(build, mode) for build in builds for mode in MODES]


def measuring(build):
    """All tools that report what a command cost, perfwrap's modes first."""

    def tool(mode):
        def wrap(command, folder):
            return [build.program, "--quiet", *mode.options, "--output", f"json:{folder}/perfwrap.json", "--", *command]

        return Tool(mode.key, wrap, readings.perfwrap, makes_cgroup="--exact-memory" in mode.options)

    return [tool(mode) for mode in MODES] + PEERS


def _gnu_time(command, folder):
    return ["/usr/bin/time", "-f", "%U %S %M", "-o", folder / "time", *command]


def _perf_stat(command, folder):
    return ["perf", "stat", "-x,", "-o", folder / "perf.csv", "--", *command]


def _hyperfine(command, folder):
    one_run = ["--runs", "1", "--style", "none", "--output", "inherit", "--export-json", folder / "hyperfine.json"]
    return ["hyperfine", "-N", *one_run, shlex.join(str(word) for word in command)]


def _mprof(command, folder):
    # mprof appends to the file of an earlier run.
    (folder / "mprof.dat").unlink(missing_ok=True)
    return ["/usr/bin/python3-mprof", "run", "--include-children", "--nopython", "--output", folder / "mprof.dat", *command]


def _resource_monitor(command, folder):
    options = ["--interval", "1", "--measure-only", "--without-disk-footprint"]
    return ["resource_monitor", *options, "--with-output-files", folder / "monitor", "--", *command]


BARE = Tool("bare", lambda command, folder: command)
# The same as BARE: any difference between the two is noise.
BARE_AGAIN = Tool("bare again", lambda command, folder: command)
PEERS = [
    Tool("GNU time", _gnu_time, readings.gnu_time, PEER_ROUNDS),
    Tool("perf stat", _perf_stat, readings.perf_stat, PEER_ROUNDS),
    Tool("hyperfine -N", _hyperfine, readings.hyperfine, PEER_ROUNDS),
    Tool("mprof -C", _mprof, readings.mprof, PEER_ROUNDS),
    Tool("resource_monitor", _resource_monitor, readings.resource_monitor, PEER_ROUNDS),
]
