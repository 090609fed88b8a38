"""The table of the cost per child."""

from .table import MIB, interval, table


def scale_tables(sizes):
    if not sizes:
        return
    body = []
    for size in sizes:
        bare_seconds = sorted(size["columns"]["bare"]["own_seconds"])
        per_child = bare_seconds[len(bare_seconds) // 2] * 1e6 / size["children"]
        for key, column in size["columns"].items():
            if key == "bare":
                continue
            peak = f"{column['peak_bytes'] / MIB:.1f} MiB" if column["peak_bytes"] else ""
            cost = interval(column["microseconds_per_child"], 1, "µs")
            body.append([str(size["children"]), f"{per_child:.1f} µs", key, cost, f"{column['start_and_end_seconds'] * 1000:.1f} ms", peak])
        for key, reason in size["failed"].items():
            body.append([str(size["children"]), "", key, reason, "", ""])
    yield table("Cost per child, forked, ended and reaped one after the other", ["children", "bare", "", "more per child", "start and end", "own memory"], body)
