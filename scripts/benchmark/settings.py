"""What the user asked for."""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .rounds import Limit


@dataclass(frozen=True)
class Build:
    """A perfwrap to measure: that of this checkout, or that of another revision."""

    program: Path
    revision: str | None = None  # abbreviated commit
    subject: str | None = None  # of that commit


@dataclass(frozen=True)
class Settings:
    folder: Path  # scratch, also the working directory
    build: Build
    against: tuple = ()  # builds of other revisions
    short: bool = False
    runs: int | None = None
    only: frozenset = frozenset()
    begin: float = field(default_factory=time.monotonic)

    def wants(self, *keys):
        return not self.only or any(key in self.only for key in keys)

    def chosen(self, items, section=None):
        """All or no items of a section; without a section, items by their own key. Those named by --only are measured even with --short."""
        if section:
            return [item for item in items if item.in_short or not self.short] if self.wants(section) else []
        if self.only:
            return [item for item in items if item.key in self.only]
        return [item for item in items if item.in_short or not self.short]

    def limit(self, seconds, short_seconds, at_least=3):
        return Limit(self.runs, short_seconds if self.short else seconds, at_least)

    def say(self, what):
        print(f"scripts/bench: {time.monotonic() - self.begin:4.0f} s: {what}", file=sys.stderr, flush=True)
