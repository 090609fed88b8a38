"""What being watched costs the one who is watched."""

from functools import partial

from .commands import run
from .estimates import against
from .rounds import Column, interleave
from .rows import OVERHEAD
from .tools import BARE, BARE_AGAIN, PEERS, PERFWRAPS


def measure_overhead(settings):
    return {row.key: {"title": row.title, "goal": row.goal} | _measure(row, settings) for row in settings.chosen(OVERHEAD)}


def _measure(row, settings):
    settings.say(f"overhead: {row.title}")
    tools = [BARE, BARE_AGAIN, *PERFWRAPS, *PEERS]

    def under(tool):
        return run(tool.wrap(row.command, settings.folder), settings.folder)

    columns = [Column(tool.key, partial(under, tool), tool.every) for tool in tools]
    samples = interleave(columns, settings.rounds(row))
    if row.is_startup:
        return against(BARE.key, samples, lambda sample: sample.wall_seconds, is_difference=True)
    return against(BARE.key, samples, lambda sample: sample.own_seconds, is_difference=False)
