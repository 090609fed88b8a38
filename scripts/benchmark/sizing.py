"""Determines how much work a storm does in one run. The same count takes a tenth of a second on one machine and two on another. A run
should be long enough to show what the work costs, and short enough that many runs fit into the time."""

from statistics import median

from .commands import run

RUN_SECONDS = 0.1
TRIALS = 3


def sized_command(row, folder, run_seconds=RUN_SECONDS):
    """The row's command, with the count that takes about run_seconds here without a tool."""
    if row.count is None:
        return row.words
    first = [*row.words, str(row.count)]
    seconds = median(run(first, folder).own_seconds for _ in range(TRIALS))
    return [*row.words, str(scaled_count(row.count, seconds, run_seconds))]


def scaled_count(count, seconds, wanted_seconds):
    """Rounds to two digits, as the count is not exact."""
    wanted = max(1.0, count * wanted_seconds / seconds)
    return int(float(f"{wanted:.1e}"))
