"""What the rest of the machine pays while perfwrap watches something else: a sleeping command."""

import subprocess
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .commands import CommandFailed, run
from .estimates import against
from .paths import PERFWRAP
from .rounds import Column, interleave
from .rows import STORMS
from .tools import MODES


def measure_untracked(settings):
    return {row.key: {"title": row.title} | _measure(row, settings) for row in settings.chosen(STORMS, "untracked")}


def _measure(row, settings):
    settings.say(f"untracked: {row.title}")

    def beside(options):
        with _session(options):
            return run(row.command, settings.folder)

    columns = [Column("alone", lambda: run(row.command, settings.folder))]
    columns += [Column(key, partial(beside, options)) for key, options in MODES.items()]
    return against("alone", interleave(columns, settings.rounds(row)), lambda sample: sample.own_seconds, is_difference=False)


@contextmanager
def _session(options):
    session = subprocess.Popen(
        [PERFWRAP, "--quiet", *options, "--", "sleep", "infinity"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        while not _watches_sleep(session.pid):
            if session.poll() is not None:
                raise CommandFailed(f"perfwrap {' '.join(options)} ended with {session.returncode}: {session.stderr.read().strip()}")
            time.sleep(0.001)
        yield
    finally:
        session.terminate()
        session.communicate()


def _watches_sleep(pid):
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return any(Path(f"/proc/{child}/comm").read_text() == "sleep\n" for child in children)
    except FileNotFoundError:
        return False
