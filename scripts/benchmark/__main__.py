"""scripts/bench: measures, prints Markdown on stdout, keeps everything as JSON. It does not judge: timings never make it fail."""

import argparse
import json
import os
import tempfile
from pathlib import Path

from . import machine
from .accuracy import measure_accuracy
from .markdown import report
from .overhead import measure_overhead
from .paths import ROOT
from .rows import OVERHEAD
from .scale import measure_scale
from .settings import Settings
from .untracked import measure_untracked
from .watcher import measure_watcher

SECTIONS = ("untracked", "watcher", "scale", "accuracy")


def parse_arguments():
    names = [row.key for row in OVERHEAD] + list(SECTIONS)
    parser = argparse.ArgumentParser(prog="scripts/bench", description="What perfwrap costs and how exact it is, beside its peers.")
    parser.add_argument("--short", action="store_true", help="fewer runs of fewer things, in under 3 minutes instead of 20")
    parser.add_argument("--only", action="append", choices=names, metavar="ROW", default=[], help=f"repeatable; one of {', '.join(names)}")
    parser.add_argument("--runs", type=_positive, help="rounds of every row (default: depends on the row)")
    parser.add_argument("--json", type=Path, default=ROOT / "build/benchmark/results.json", help="default: %(default)s")
    return parser.parse_args()


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def main():
    arguments = parse_arguments()
    output = arguments.json.resolve()
    results = {"schema": "perfwrap-benchmark/1", "short": arguments.short, "machine": machine.describe()}
    with tempfile.TemporaryDirectory(prefix="perfwrap-bench-") as scratch:
        # Some tools leave files where they are started.
        os.chdir(scratch)
        settings = Settings(Path(scratch), arguments.short, arguments.runs, frozenset(arguments.only))
        results["overhead"] = measure_overhead(settings)
        results["untracked"] = measure_untracked(settings)
        results["watcher"] = measure_watcher(settings)
        results["scale"] = measure_scale(settings)
        results["accuracy"] = measure_accuracy(settings)
        os.chdir(ROOT)
    output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(report(results))


main()
