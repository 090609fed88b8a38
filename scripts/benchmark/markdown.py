"""The report for people: one table a question."""

from .accuracy import QUANTITIES
from .scale_table import scale_tables
from .table import MIB, amount, interval, percent, table

KEYS = {"peak_bytes": "peak", "average_bytes": "average", "cpu_seconds": "CPU", "processes": "processes"}


def report(results):
    return "\n".join(part for part in _parts(results) if part)


def _parts(results):
    machine = results["machine"]
    yield (
        f"{machine['perfwrap']}, commit {(machine['commit'] or 'unknown')[:12]}{' with changes' if machine['dirty'] else ''}; "
        f"{machine['cpu_model']}, {machine['cpus']} CPUs{', virtual' if machine['virtual'] else ''}, "
        f"Linux {machine['kernel']}, load {machine['load_average']:.1f} before the start. "
        "Ratios and differences of medians, in brackets their 95 % intervals.\n"
    )
    yield from _cost("What being watched costs", results["overhead"])
    yield from _cost("What others pay meanwhile", results["untracked"])
    yield from _watcher(results["watcher"])
    yield from scale_tables(results["scale"])
    yield from _accuracy(results["accuracy"])


def _cost(title, rows):
    if not rows:
        return
    keys = list(dict.fromkeys(key for row in rows.values() for key in [*row["columns"], *row["failed"]]))
    has_goals = any("goal" in row for row in rows.values())
    head = ["", *keys, *(["goal"] if has_goals else [])]
    body = [[row["title"], *(_cost_cell(row, key) for key in keys), *([row["goal"]] if has_goals else [])] for row in rows.values()]
    yield table(title, head, body)
    yield from _failures(rows)


def _cost_cell(row, key):
    column = row["columns"].get(key)
    if column is None:
        return "failed" if key in row["failed"] else ""
    if "ratio" in column:
        return interval([column[name] - 1 if column[name] is not None else None for name in ("ratio", "low", "high")], 100, "%")
    if "difference_seconds" in column:
        return interval([column[name] for name in ("difference_seconds", "low", "high")], 1000, "ms")
    return f"{column['median_seconds'] * 1000:.2f} ms"


def _failures(rows):
    for row in rows.values():
        for key, reason in row["failed"].items():
            yield f"- {row['title']}, {key}: {reason}"


def _watcher(cells):
    if not cells:
        return
    body = []
    for cell in cells:
        known = "failed" not in cell
        cost = [f"{percent(cell['cores'])} over {cell['seconds']} s", amount("bytes", cell["peak_bytes"]), f"{cell['bpf_bytes'] / MIB:.1f} MiB"] if known else [cell["failed"], "", ""]
        body.append([cell["source"], str(cell["processes"]), cell["interval"] or "default", *cost])
    yield table("The watcher's own cost, all processes asleep", ["source", "processes", "interval", "CPU of one core", "memory", "BPF maps and programs"], body)


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
    yield table("What each says of programs whose cost is known", ["", "truth", *tools], body)
    yield from _failures(programs)


def _accuracy_cell(quantity, summary):
    if summary is None or summary["said"] is None:
        return "–"
    error = "" if quantity == "processes" and summary["error"] == 0 else f" ({summary['error'] * 100:+.1f} %)"
    return amount(quantity, summary["said"]) + error
