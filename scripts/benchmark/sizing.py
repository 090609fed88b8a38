"""How much work a storm does in one run. The same count takes a tenth of a second on one machine and two on another; a run is to
be long enough for its own cost to be seen, and short enough that many fit into the time that there is."""

from statistics import median

from .commands import run

RUN_SECONDS = 0.1
TRIALS = 3


def sized_command(row, folder, run_seconds=RUN_SECONDS):
    """The row's command, with the count that takes about run_seconds here, unwatched."""
    if row.count is None:
        return row.words
    first = [*row.words, str(row.count)]
    seconds = median(run(first, folder).own_seconds for _ in range(TRIALS))
    return [*row.words, str(scaled_count(row.count, seconds, run_seconds))]


def scaled_count(count, seconds, wanted_seconds):
    """Two digits, so that nobody takes the count for exact."""
    wanted = max(1.0, count * wanted_seconds / seconds)
    return int(float(f"{wanted:.1e}"))
