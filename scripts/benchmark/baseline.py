"""tests/bench-baseline.json: the last results that were kept, without raw values, and what perfwrap cost at each commit so far."""

import json

from .goals import GOALS

SCHEMA = "perfwrap-benchmark-baseline/1"
RAW = ("seconds", "seconds_per_child")  # if these are lists, they are kept only in the file of the results
COMPARED = ("bare", "perfwrap")  # prefixes of the columns in the history: other tools do not change with perfwrap's commits
MACHINE = ("commit", "dirty", "started_at", "cpu_model", "cpus", "virtual", "hypervisor", "kernel", "load_average")


def with_results(baseline, results):
    """The baseline after these results: a commit that was measured before is replaced."""
    entry = _history_entry(results)
    history = [old for old in baseline["history"] if old["machine"]["commit"] != entry["machine"]["commit"]]
    return {"schema": SCHEMA, "latest": _compact(results), "history": [*history, entry]}


def with_sections(baseline, results, sections):
    """The baseline after some sections were measured by themselves: each states its own date and commit, the others are kept."""
    latest = baseline["latest"]
    later = latest.get("later", {}) | {section: results["machine"] for section in sections}
    measured = {section: results[section] for section in sections}
    return baseline | {"latest": _compact(latest | measured | {"later": later})}


def empty():
    return {"schema": SCHEMA, "latest": None, "history": []}


def load(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else empty()


def to_text(baseline):
    """One line per row of a section and per commit, so that a change of one changes one line."""
    latest = [f"  {_line(key)}: {_section(value)}" for key, value in baseline["latest"].items()]
    history = [f"  {_line(entry)}" for entry in baseline["history"]]
    return (
        "{\n"
        + ",\n".join(
            [
                f' "schema": {_line(baseline["schema"])}',
                ' "latest": {\n' + ",\n".join(latest) + "\n }",
                ' "history": [\n' + ",\n".join(history) + "\n ]",
            ]
        )
        + "\n}\n"
    )


def _section(value):
    if isinstance(value, dict) and value and all(isinstance(row, dict) for row in value.values()):
        return "{\n" + ",\n".join(f"   {_line(key)}: {_line(row)}" for key, row in value.items()) + "\n  }"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"   {_line(row)}" for row in value) + "\n  ]"
    return _line(value)


def _line(value):
    return json.dumps(value, ensure_ascii=False)


def _history_entry(results):
    compact = _compact(results)
    rows = {
        section: {
            key: {name: column for name, column in row["columns"].items() if name.startswith(COMPARED)}
            for key, row in compact[section].items()
        }
        for section in ("overhead", "untracked")
    }
    figures = {goal.what: goal.find(compact) for goal in GOALS}
    return {
        "machine": {key: compact["machine"].get(key) for key in MACHINE},
        "goals": {what: _rounded([figure.value, figure.low, figure.high]) for what, figure in figures.items() if figure},
        **rows,
    }


def _compact(value):
    if isinstance(value, dict):
        return {key: _compact(item) for key, item in value.items() if not (key in RAW and isinstance(item, list))}
    if isinstance(value, list):
        return [_compact(item) for item in value]
    return _rounded(value)


def _rounded(value):
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
