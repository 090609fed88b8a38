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
        """Of a section all or none; without a section, items by their own key. Named ones are measured even in the short form."""
        if section:
            return [item for item in items if item.in_short or not self.short] if self.wants(section) else []
        if self.only:
            return [item for item in items if item.key in self.only]
        return [item for item in items if item.in_short or not self.short]

    def rounds(self, row):
        return self.runs or (row.short_rounds if self.short else row.rounds)

    def say(self, what):
        print(f"scripts/bench: {what}", file=sys.stderr, flush=True)
