"""The table of the cost per child."""

from .table import interval, table


def scale_tables(scale):
    if not scale:
        return
    body = []
    for row in scale["rows"]:
        bare = row["column"] == "bare"
        cost = (
            ["", ""]
            if bare
            else [interval(row["more_seconds_per_child"], 1e6, "µs"), f"{row['own_cpu_seconds_per_child'] * 1e6:.2f} µs"]
        )
        around = f"{row['start_and_end_seconds'] * 1000:.1f} ms"
        body.append([row["column"], f"{row['children']:,}", f"{row['median_seconds_per_child'] * 1e6:.1f} µs", *cost, around])
    title = "What a child costs as their number grows; they are forked, ended and reaped one after the other"
    yield table(title, ["", "children", "time per child", "more than bare", "perfwrap's own CPU per child", "start and end"], body)
    few, many = min(scale["sizes"]), max(scale["sizes"])
    for column, growth in scale["growth"].items():
        change = interval([x - 1 if x is not None else None for x in growth], 100, "%")
        yield f"- {column}: a child among {many:,} takes {change} more time than one among {few:,}"
    for column, reason in scale["failed"].items():
        yield f"- {column}: {reason}"
