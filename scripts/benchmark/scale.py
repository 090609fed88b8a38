"""Cost per child as children become many: it should not grow. And perfwrap's memory meanwhile: it should not grow either."""

import threading
from dataclasses import dataclass
from functools import partial

from .commands import run
from .intervals import difference_of_medians
from .own_cost import peak_bytes
from .paths import WORKLOADS
from .rounds import Column, interleave
from .tools import BARE, PERFWRAPS

ROUNDS = {1_000: 15, 10_000: 5, 100_000: 3}
SHORT_ROUNDS = {1_000: 5, 10_000: 2}
POLL_SECONDS = 0.05


@dataclass
class Watched:
    run: object
    peak_bytes: int | None


def measure_scale(settings):
    if not settings.wants("scale"):
        return []
    rounds = SHORT_ROUNDS if settings.short else ROUNDS
    return [_measure(count, settings.runs or rounds[count], settings) for count in rounds]


def _measure(count, rounds, settings):
    settings.say(f"scale: {count} children")
    command = [WORKLOADS / "fork_exit", str(count)]
    tools = [BARE, *PERFWRAPS[:2]]

    def under(tool):
        poll = _PeakPoll()
        done = run(tool.wrap(command, settings.folder), settings.folder, on_start=poll.start)
        return Watched(done, poll.stop())

    columns = [Column(tool.key, partial(under, tool)) for tool in tools]
    samples = interleave(columns, rounds)
    result = {"children": count, "rounds": rounds, "columns": {}, "failed": samples.failed}
    for key in samples.by_round:
        base, own = samples.pairs(BARE.key, key, lambda sample: sample.run.own_seconds)
        during = difference_of_medians(base, own)
        around = difference_of_medians(*samples.pairs(BARE.key, key, lambda sample: sample.run.wall_seconds - sample.run.own_seconds))
        peaks = [peak for peak in samples.values(key, lambda sample: sample.peak_bytes) if peak is not None]
        result["columns"][key] = {
            "own_seconds": own,
            "microseconds_per_child": [1e6 / count * x if x is not None else None for x in (during.value, during.low, during.high)],
            "start_and_end_seconds": around.value,
            "peak_bytes": max(peaks, default=None),
        }
    return result


class _PeakPoll:
    def start(self, pid):
        self._pid = pid
        self._peak = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._poll)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join()
        return self._peak

    def _poll(self):
        while not self._ended.wait(POLL_SECONDS):
            try:
                self._peak = peak_bytes(self._pid) or self._peak
            except (FileNotFoundError, ProcessLookupError):
                return
