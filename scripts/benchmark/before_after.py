"""Other revisions of perfwrap beside this one, measured in the same run: which commit changed which row."""

from .cost_cell import cost_cell
from .table import table
from .tools import MODES, column_at


# Which commits have changed which rows since a revision.
MOVED_SINCE = {
    "a76e53a": (
        "start-up, eBPF: b99bc01 (one BPF program for all rare events), cdfc323 (detached after the end), 435fe74 (no maps read"
        " of a tree that has ended)",
        "start-up, both modes: 91fd599 (nothing but glibc is linked at the start), b315dba (launched without a copy of perfwrap),"
        " 3cf268f (a command that ends at once is reaped at once)",
        "ping-pongs: becc373 (a thread is read when it is dead, no switch is watched)",
        "perfwrap's own CPU: a8ac112, 9c8ee8e and b988306 (less for trees that sleep), 4001c4a (half the budget for samples)",
    ),
}


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
        for moved in MOVED_SINCE.get(revision["revision"], ()):
            yield f"- moved since, {moved}"
