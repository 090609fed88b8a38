"""Other revisions of perfwrap and this one, as measured in one run: which commit moved which row."""

from .cost_cell import cost_cell
from .table import table
from .tools import MODES, column_at


def before_after(results):
    revisions = results["against"]
    if not revisions:
        return
    names = [revision["revision"] for revision in revisions]
    body = []
    for row in results["overhead"].values():
        for mode in MODES:
            columns = [column_at(mode.key, name) for name in [*names, None]]
            if any(column in row["columns"] for column in columns[:-1]):
                body.append([f"{row['title']}: {mode.key}", *(cost_cell(row, column) for column in columns)])
    yield table("Before and after, in the same run", ["over bare", *names, "now"], body)
    for revision in revisions:
        yield f"- {revision['revision']}: {revision['subject']}"
