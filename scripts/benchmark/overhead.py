"""What the command itself pays for being measured."""

from functools import partial

from .commands import run
from .estimates import against
from .rounds import Column, interleave
from .rows import OVERHEAD, STARTUP, STORMS
from .sizing import sized_command
from .tools import BARE, BARE_AGAIN, PEERS, perfwraps


def measure_overhead(settings):
    return {row.key: {"title": row.title} | _measure(row, settings) for row in settings.chosen(OVERHEAD)}


def _measure(row, settings):
    settings.say(f"overhead: {row.title}")
    before = settings.against if row in (STARTUP, *STORMS) else ()
    tools = [BARE, BARE_AGAIN, *perfwraps(settings.build, *before), *PEERS]
    command = sized_command(row, settings.folder)

    def under(tool):
        return run(tool.wrap(command, settings.folder), settings.folder)

    columns = [Column(tool.key, partial(under, tool), tool.every) for tool in tools]
    samples = interleave(columns, settings.limit(row.seconds, row.short_seconds), row.warm_up)
    value = (lambda sample: sample.wall_seconds) if row.is_startup else (lambda sample: sample.own_seconds)
    return {"arguments": command[len(row.words) :]} | against(BARE.key, samples, value, is_difference=row.is_startup)
