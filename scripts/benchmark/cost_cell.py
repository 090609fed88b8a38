"""Formats a cell of a table of costs."""

from .table import interval


def cost_cell(row, key):
    column = row["columns"].get(key)
    if column is None:
        return "failed" if key in row["failed"] else ""
    if "ratio" in column:
        return interval([column[name] - 1 if column[name] is not None else None for name in ("ratio", "low", "high")], 100, "%")
    if "difference_seconds" in column:
        return interval([column[name] for name in ("difference_seconds", "low", "high")], 1000, "ms")
    return f"{column['median_seconds'] * 1000:.2f} ms"
