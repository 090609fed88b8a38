"""What the user asked for."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    folder: Path  # scratch, also the working directory
    short: bool = False
    runs: int | None = None
    only: frozenset = frozenset()

    def wants(self, *keys):
        return not self.only or any(key in self.only for key in keys)

    def chosen(self, items, section=None):
        """Items by their own key, or all of a section by its name; the overhead section needs no naming."""
        if section and not self.wants(section):
            return []
        if section or not self.only:
            return list(items)
        return [item for item in items if item.key in self.only]

    def rounds(self, row):
        return self.runs or (row.short_rounds if self.short else row.rounds)

    def say(self, what):
        print(f"scripts/bench: {what}", file=sys.stderr, flush=True)
