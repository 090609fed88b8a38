"""scripts/bench: measures, prints Markdown on stdout, keeps everything as JSON. It does not judge: timings never make it fail."""

import argparse
import json
import os
import tempfile
from pathlib import Path

from . import baseline, machine
from .accuracy import measure_accuracy
from .bpf_time import measure_bpf_time
from .build import build_checkout, build_revision
from .markdown import report
from .memory import measure_memory
from .overhead import measure_overhead
from .paths import BASELINE, README, ROOT
from .readme import with_cost_section
from .rows import OVERHEAD
from .scale import measure_scale
from .settings import Settings
from .untracked import measure_untracked
from .watcher import measure_watcher

SECTIONS = {
    "overhead": measure_overhead,
    "untracked": measure_untracked,
    "bpf_time": measure_bpf_time,
    "watcher": measure_watcher,
    "memory": measure_memory,
    "scale": measure_scale,
    "accuracy": measure_accuracy,
}
ROWS = [row.key for row in OVERHEAD] + list(SECTIONS)[1:]


# No other section is compared with these.
KEPT_ALONE = ["bpf_time", "watcher", "memory", "scale", "accuracy"]


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measures what perfwrap costs and how exact it is, beside other tools."
    )
    parser.add_argument("--short", action="store_true", help="measure less, in about 4 minutes instead of 55")
    parser.add_argument(
        "--only", action="append", choices=ROWS, metavar="ROW", default=[], help=f"repeatable; one of {', '.join(ROWS)}"
    )
    parser.add_argument(
        "--runs", type=_positive, help="rounds of every row (default: as many as fit into the row's share of the time)"
    )
    parser.add_argument(
        "--against",
        action="append",
        metavar="REVISION",
        default=[],
        help="repeatable; measure perfwrap at that commit too, in the same rounds of start-up and storms",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=ROOT / "build/benchmark/results.json",
        help="file for the results, including raw values (default: %(default)s)",
    )
    parser.add_argument("--load", type=Path, metavar="JSON", help="measure nothing, load the results of an earlier run")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="put the results into tests/bench-baseline.json and scripts/benchmark/README.md: all of them, or with --only some of "
        f"{', '.join(KEPT_ALONE)}",
    )
    parser.add_argument(
        "--readme",
        action="store_true",
        help="measure nothing, write the tables of scripts/benchmark/README.md from tests/bench-baseline.json",
    )
    arguments = parser.parse_args()
    if arguments.keep and not arguments.load and (arguments.short or not set(arguments.only) <= set(KEPT_ALONE)):
        parser.error(f"--keep takes a whole run, without --short, or whole sections: --only {', '.join(KEPT_ALONE)}")
    return arguments


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def main():
    arguments = parse_arguments()
    if arguments.readme:
        write_readme(baseline.load(BASELINE)["latest"])
        return
    results = json.loads(arguments.load.read_text(encoding="utf-8")) if arguments.load else measure(arguments)
    print(report(results))
    if arguments.keep:
        keep(results)


def measure(arguments):
    output = arguments.json.resolve()
    build, before = build_checkout(), tuple(build_revision(revision) for revision in arguments.against)
    results = {
        "schema": "perfwrap-benchmark/1",
        "whole": not arguments.short and not arguments.only,
        "short": arguments.short,
        "only": arguments.only,
        "machine": machine.describe(),
        "against": [{"revision": old.revision, "subject": old.subject} for old in before],
    }
    with tempfile.TemporaryDirectory(prefix="perfwrap-bench-") as scratch:
        # Some tools leave files where they are started.
        os.chdir(scratch)
        settings = Settings(Path(scratch), build, before, arguments.short, arguments.runs, frozenset(arguments.only))
        for name, measure_section in SECTIONS.items():
            results[name] = measure_section(settings)
        os.chdir(ROOT)
    output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


def keep(results):
    kept = baseline.load(BASELINE)
    if results["whole"]:
        kept = baseline.with_results(kept, results)
    elif kept["latest"] and not results.get("short") and results.get("only") and set(results["only"]) <= set(KEPT_ALONE):
        kept = baseline.with_sections(kept, results, results["only"])
    else:
        raise SystemExit("scripts/bench: --keep: these results are incomplete, and do not consist of whole sections")
    BASELINE.write_text(baseline.to_text(kept), encoding="utf-8")
    write_readme(kept["latest"])


def write_readme(results):
    README.write_text(with_cost_section(README.read_text(encoding="utf-8"), results), encoding="utf-8")


main()
