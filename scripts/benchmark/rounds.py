"""Interleaving: every round measures each column once, in an order drawn anew, so that no column has the quiet minutes."""

import random
from dataclasses import dataclass, field
from typing import Any, Callable

from .commands import CommandFailed


@dataclass(frozen=True)
class Column:
    key: str
    measure: Callable[[], Any]
    every: int = 1  # takes part in every so manieth round


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


def interleave(columns, rounds, seed=1):
    """One round more than asked for: the first warms caches up and is dropped. A column that fails once is out."""
    order = random.Random(seed)
    samples = Samples({column.key: {} for column in columns})
    for number in range(-1, rounds):
        present = [c for c in columns if c.key not in samples.failed and (number < 0 or number % c.every == 0)]
        for column in order.sample(present, len(present)):
            try:
                measured = column.measure()
            except CommandFailed as failure:
                samples.failed[column.key] = str(failure)
                del samples.by_round[column.key]
                continue
            if number >= 0:
                samples.by_round[column.key][number] = measured
    return samples
