"""Interleaving: every round measures each column once, in a new random order, so that no column gets all the quiet minutes."""

import math
import random
import time
from dataclasses import dataclass, field
from typing import Any, Callable

from .commands import CommandFailed


@dataclass(frozen=True)
class Column:
    key: str
    measure: Callable[[], Any]
    every: int = 1  # N: takes part in every Nth round


@dataclass(frozen=True)
class Limit:
    """A number of rounds, or as many as fit into a time: many short rounds resolve small effects, and slow machines are not kept busy
    all day."""

    rounds: int | None = None
    seconds: float = math.inf
    at_least: int = 3

    def allows(self, done, elapsed):
        """One more round, if it takes as long as those that were done."""
        if self.rounds is not None:
            return done < self.rounds
        return done < self.at_least or elapsed * (done + 1) / done <= self.seconds


@dataclass
class Samples:
    by_round: dict[str, dict[int, Any]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)  # column to reason

    def pairs(self, base, other, value):
        """The values of two columns in the rounds that have both."""
        ours, theirs = self.by_round.get(base, {}), self.by_round.get(other, {})
        both = sorted(ours.keys() & theirs.keys())
        return [value(ours[i]) for i in both], [value(theirs[i]) for i in both]

    def values(self, key, value):
        return [value(sample) for _, sample in sorted(self.by_round.get(key, {}).items())]


def interleave(columns, limit, warm_up=True, seed=1, clock=time.monotonic):
    """An extra round before the first warms up the caches and is dropped; columns that take part rarely are not in it.
    A column that fails is not measured again."""
    order = random.Random(seed)
    samples = Samples({column.key: {} for column in columns})

    def measure_round(number):
        present = [c for c in columns if c.key not in samples.failed and number % c.every == 0]
        for column in order.sample(present, len(present)):
            try:
                measured = column.measure()
            except CommandFailed as failure:
                samples.failed[column.key] = str(failure)
                del samples.by_round[column.key]
                continue
            if number >= 0:
                samples.by_round[column.key][number] = measured

    begin, done = clock(), 0
    if warm_up:
        measure_round(-1)
    while samples.by_round and limit.allows(done, clock() - begin):
        measure_round(done)
        done += 1
    return samples
