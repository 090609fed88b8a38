"""Runs one command and clocks it from outside; the command may clock itself and print `seconds S`."""

import os
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from .own_cost import thread_cpu_seconds


class CommandFailed(Exception):
    pass


@dataclass(frozen=True)
class Run:
    wall_seconds: float  # from the start of the outermost program to its end
    own_seconds: float | None  # printed by the innermost program: without start and end of the tool that watches it
    outermost_cpu_seconds: float = 0  # of the first thread of the outermost program


def run(command, folder):
    """Output goes to files: a pipe would need a reader, which would run on one of the CPUs that are measured."""
    output, errors = Path(folder) / "stdout", Path(folder) / "stderr"
    create = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(output), create, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, str(errors), create, 0o600),
    ]
    words = [str(word) for word in command]
    begin = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    wall_seconds = time.perf_counter() - begin
    # Read while it is a zombie: rusage would include its children, such as the measured command.
    outermost_cpu_seconds = thread_cpu_seconds(f"/proc/{pid}")
    _, status = os.waitpid(pid, 0)
    if status != 0:
        last_words = errors.read_text(errors="replace").strip().splitlines()[-1:]
        # Without the directories, which differ between machines.
        said = shlex.join(Path(word).name if word.startswith("/") else word for word in words)
        raise CommandFailed(f"{said} ended with {os.waitstatus_to_exitcode(status)}: {' '.join(last_words)}")
    return Run(wall_seconds, _own_seconds(output), outermost_cpu_seconds)


def _own_seconds(output):
    for line in output.read_text(errors="replace").splitlines():
        if line.startswith("seconds "):
            return float(line.split()[1])
    return None
