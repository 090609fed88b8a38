"""The report in Markdown: one table per question."""

import re

from .accuracy import QUANTITIES
from .before_after import before_after
from .bpf_time_table import bpf_time_table
from .cost_cell import cost_cell
from .goals_table import goals_table
from .scale_table import scale_tables
from .table import amount, table
from .watcher_table import memory_table, watcher_table

KEYS = {"peak_bytes": "peak", "average_bytes": "average", "cpu_seconds": "CPU", "processes": "processes"}


def report(results):
    return in_one([machine_line(results), *summary_parts(results), *detail_parts(results)])


def in_one(parts):
    """With an empty line before every heading."""
    return re.sub(r"(?<!\n)\n### ", "\n\n### ", "\n".join(parts))


def machine_line(results):
    return described(results["machine"]) + (
        "Ratios and differences of medians, in brackets their 95 % intervals; `bare again` shows the noise.\n"
    )


def described(machine):
    commit = (machine["commit"] or "unknown")[:12] + (" with changes" if machine["dirty"] else "")
    return (
        f"{machine['perfwrap']}, commit {commit}, {machine['started_at'][:10]}; "
        f"{machine['cpu_model']}, {machine['cpus']} CPUs{', virtual' if machine['virtual'] else ''}, "
        f"Linux {machine['kernel']}, load {machine['load_average']:.1f} before the start. "
    )


def summary_parts(results):
    yield from goals_table(results)
    yield from _cost("What being watched costs, over bare", results["overhead"])
    yield from bpf_time_table(results.get("bpf_time"))
    yield from _measured_later("bpf_time", results)


def detail_parts(results):
    yield from before_after(results)
    for key, parts in (
        ("untracked", _cost("What others pay meanwhile", results["untracked"])),
        ("watcher", watcher_table(results["watcher"])),
        ("memory", memory_table(results["memory"])),
        ("scale", scale_tables(results["scale"])),
        ("accuracy", _accuracy(results["accuracy"])),
    ):
        yield from parts
        yield from _measured_later(key, results)


def _measured_later(section, results):
    machine = results.get("later", {}).get(section)
    if machine:
        yield f"Measured by itself: {described(machine)}\n"


def _cost(title, rows):
    if not rows:
        return
    keys = dict.fromkeys(key for row in rows.values() for key in [*row["columns"], *row["failed"]])
    keys = [key for key in keys if " at " not in key]  # other revisions have a table of their own
    yield table(title, ["", *keys], [[row["title"], *(cost_cell(row, key) for key in keys)] for row in rows.values()])
    yield from _failures(rows)


def _failures(rows):
    for row in rows.values():
        for key, reason in row["failed"].items():
            yield f"- {row['title']}, {key}: {reason}"


def _accuracy(programs):
    if not programs:
        return
    tools = list(dict.fromkeys(key for program in programs.values() for key in [*program["tools"], *program["failed"]]))
    body = []
    for program in programs.values():
        for quantity in QUANTITIES:
            summaries = [program["tools"].get(key, {}).get(quantity) for key in tools]
            truth = next((summary["truth"] for summary in summaries if summary), None)
            if truth is not None:
                name = f"{program['title']}: {KEYS[quantity]}"
                body.append([name, amount(quantity, truth), *(_accuracy_cell(quantity, summary) for summary in summaries)])
    yield table("What each tool reports for programs whose cost is known", ["", "truth", *tools], body)
    yield (
        "Each tool had a run of its own; the error in brackets is against the truth of that run, and the truth shown is that of "
        "perfwrap's run.\n"
    )
    yield from _failures(programs)


def _accuracy_cell(quantity, summary):
    if summary is None or summary["said"] is None:
        return "–"
    error = "" if quantity == "processes" and summary["error"] == 0 else f" ({summary['error'] * 100:+.1f} %)"
    return amount(quantity, summary["said"]) + error
