"""What the rest of the machine pays while perfwrap watches something else: a sleeping command."""

import subprocess
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .commands import CommandFailed, run
from .estimates import against
from .rounds import Column, interleave
from .rows import STORMS
from .sizing import sized_command
from .tools import MODES

SECONDS, SHORT_SECONDS = 30, 4


def measure_untracked(settings):
    return {row.key: {"title": row.title} | _measure(row, settings) for row in settings.chosen(STORMS, "untracked")}


def _measure(row, settings):
    settings.say(f"untracked: {row.title}")
    command = sized_command(row, settings.folder)

    def alone():
        return run(command, settings.folder)

    def beside(mode):
        with watching_a_sleeper([settings.build.program, *mode.options]):
            return alone()

    columns = [Column("alone", alone), Column("alone again", alone)]
    columns += [Column(mode.key, partial(beside, mode), mode.every) for mode in MODES]
    samples = interleave(columns, settings.limit(SECONDS, SHORT_SECONDS))
    return {"arguments": command[len(row.words) :]} | against(
        "alone", samples, lambda sample: sample.own_seconds, is_difference=False
    )


@contextmanager
def watching_a_sleeper(perfwrap):
    """Yields the pid of that perfwrap."""
    command = [*perfwrap, "--quiet", "--", "sleep", "infinity"]
    session = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        while not _watches_sleep(session.pid):
            if session.poll() is not None:
                raise CommandFailed(f"{perfwrap[0].name} ended with {session.returncode}: {session.stderr.read().strip()}")
            time.sleep(0.001)
        yield session.pid
    finally:
        session.terminate()
        session.communicate()


def _watches_sleep(pid):
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return any(Path(f"/proc/{child}/comm").read_text() == "sleep\n" for child in children)
    except FileNotFoundError:
        return False
