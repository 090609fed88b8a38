"""What a child costs as their number grows: it should stay the same."""

from functools import partial
from itertools import product
from statistics import median

from .commands import run
from .intervals import difference_of_medians, ratio_of_medians
from .paths import WORKLOADS
from .rounds import Column, interleave
from .tools import BARE, perfwraps

# The number of children of one run, and how many such runs make one value.
SIZES = {1_000: 5, 10_000: 1, 100_000: 1}
SHORT_SIZES = {300: 3, 3_000: 1}
SECONDS, SHORT_SECONDS = 150, 12
TRIALS = 5


def measure_scale(settings):
    if not settings.wants("scale"):
        return None
    repeats = SHORT_SIZES if settings.short else SIZES
    settings.say(f"scale: {', '.join(map(str, repeats))} children")
    tools = [BARE, *perfwraps(settings.build)[:2]]

    def start(tool, count):
        return run(tool.wrap([WORKLOADS / "fork_exit", str(count)], settings.folder), settings.folder)

    def measure(tool, count):
        runs = [start(tool, count) for _ in range(repeats[count])]
        return {
            "seconds": sum(done.own_seconds for done in runs) / len(runs) / count,
            "around_seconds": sum(done.wall_seconds - done.own_seconds for done in runs) / len(runs),
            "cpu_seconds": sum(done.outermost_cpu_seconds for done in runs) / len(runs),
        }

    columns = [Column((tool.key, count), partial(measure, tool, count)) for tool, count in product(tools, repeats)]
    # If a fork takes a millisecond, one round takes five minutes; with fewer than three rounds there is no interval.
    limit = settings.limit(SECONDS, SHORT_SECONDS, at_least=1 if settings.short else 3)
    # A run takes seconds, so a cold start hardly matters.
    samples = interleave(columns, limit, warm_up=False)
    measured = [tool for tool in tools if all((tool.key, count) in samples.by_round for count in repeats)]
    rows = []
    for tool in measured:
        # With a single child, perfwrap's own CPU time is that of its start and end.
        start_and_end = median(start(tool, 1).outermost_cpu_seconds for _ in range(TRIALS))
        rows += [_row(samples, tool.key, count, start_and_end) for count in repeats]
    growth = {tool.key: _growth(samples, tool.key, min(repeats), max(repeats)) for tool in measured}
    return {
        "sizes": list(repeats),
        "rows": rows,
        "growth": growth,
        "failed": {f"{key}, {count}": why for (key, count), why in samples.failed.items()},
    }


def _row(samples, key, count, start_and_end_cpu_seconds):
    more = difference_of_medians(*samples.pairs((BARE.key, count), (key, count), _seconds))
    own_cpu = median(samples.values((key, count), lambda sample: sample["cpu_seconds"]))
    return {
        "column": key,
        "children": count,
        "n": len(samples.by_round[key, count]),
        "seconds_per_child": samples.values((key, count), _seconds),
        "median_seconds_per_child": median(samples.values((key, count), _seconds)),
        "more_seconds_per_child": [more.value, more.low, more.high],
        "start_and_end_seconds": median(samples.values((key, count), lambda sample: sample["around_seconds"])),
        "own_cpu_seconds_per_child": (own_cpu - start_and_end_cpu_seconds) / count,
    }


def _growth(samples, key, few, many):
    """Growth of the whole time of a child, under the tool, as a ratio."""
    ratio = ratio_of_medians(*samples.pairs((key, few), (key, many), _seconds))
    return [ratio.value, ratio.low, ratio.high]


def _seconds(sample):
    return sample["seconds"]
