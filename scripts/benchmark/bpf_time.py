"""How much of a workload's CPU time perfwrap's BPF programs take, by the kernel's own clock (kernel.bpf_stats_enabled), and what
perfwrap itself uses meanwhile: costs too small for paired runs on a noisy machine. The kernel's own work to call the programs is
not included; what they do when perfwrap itself runs them is."""

import resource
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import readings
from .commands import CommandFailed, run
from .own_cost import bpf_programs, cpu_seconds
from .rows import PROGRAMS, STORMS
from .sizing import sized_command
from .untracked import watching_a_sleeper

STATISTICS = Path("/proc/sys/kernel/bpf_stats_enabled")
RUN_SECONDS = 1


@dataclass(frozen=True)
class Counters:
    """What a perfwrap has used until one moment."""

    moment: float
    bpf_seconds: float
    bpf_runs: int
    own_cpu_seconds: float

    @staticmethod
    def read(pid):
        programs = bpf_programs(pid)
        return Counters(
            time.monotonic(),
            sum(program.nanoseconds for program in programs) / 1e9,
            sum(program.runs for program in programs),
            cpu_seconds(pid),
        )


def measure_bpf_time(settings):
    rows = settings.chosen([*STORMS, *PROGRAMS], "bpf_time")
    if not rows:
        return {}
    settings.say("BPF programs, by the kernel's clock")
    with _programs_clocked() as clocked:
        if not clocked:
            return {}
        return {
            row.key: {"title": row.title, "tracked": _tracked(row, settings), "untracked": _untracked(row, settings)} for row in rows
        }


@contextmanager
def _programs_clocked():
    try:
        before = STATISTICS.read_text(encoding="ascii")
        STATISTICS.write_text("1", encoding="ascii")
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        STATISTICS.write_text(before, encoding="ascii")


def _tracked(row, settings):
    command = sized_command(row, settings.folder, RUN_SECONDS)
    script = 'echo begin; read -r _; "$@" >/dev/null; echo end; read -r _'
    report = ["--quiet", "--output", f"json:{settings.folder}/perfwrap.json"]
    words = [settings.build.program, "--source", "ebpf", *report, "--", "sh", "-c", script, "sh", *command]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([str(word) for word in words], text=True, bufsize=1, **pipes) as perfwrap:
        _expect(perfwrap, "begin")
        before = Counters.read(perfwrap.pid)
        perfwrap.stdin.write("\n")
        _expect(perfwrap, "end")
        after = Counters.read(perfwrap.pid)
        perfwrap.stdin.write("\n")
    return _share(before, after, readings.perfwrap(settings.folder).cpu_seconds)


def _expect(perfwrap, line):
    said = perfwrap.stdout.readline().strip()
    if said != line:
        raise CommandFailed(f"perfwrap, or what it measured, ended before it printed {line}")


def _untracked(row, settings):
    command = sized_command(row, settings.folder, RUN_SECONDS)
    with watching_a_sleeper([settings.build.program, "--source", "ebpf"]) as pid:
        before, used_before = Counters.read(pid), _children_cpu_seconds()
        run(command, settings.folder)
        after, used = Counters.read(pid), _children_cpu_seconds()
    return _share(before, after, used - used_before)


def _children_cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _share(before, after, workload_cpu_seconds):
    return {
        "workload_cpu_seconds": workload_cpu_seconds,
        "wall_seconds": after.moment - before.moment,
        "bpf_seconds": after.bpf_seconds - before.bpf_seconds,
        "bpf_runs": after.bpf_runs - before.bpf_runs,
        "own_cpu_seconds": after.own_cpu_seconds - before.own_cpu_seconds,
    }
