"""Markdown tables and the format of numbers in them."""

MIB = 1024 * 1024


def table(title, head, body):
    lines = [f"### {title}\n", *(_line(cells) for cells in [head, ["---"] * len(head), *body])]
    return "\n".join(lines) + "\n"


def _line(cells):
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def interval(values, factor, unit):
    value, low, high = (x * factor if x is not None else None for x in values)
    bounds = "" if low is None else f" [{low:+.1f}, {high:+.1f}]"
    return f"{value:+.1f} {unit}{bounds}"


def percent(fraction):
    return f"{fraction * 100:.2f} %"


def amount(quantity, value):
    if quantity.endswith("bytes"):
        return f"{value / MIB:.1f} MiB"
    if quantity == "cpu_seconds":
        return f"{value:.3f} s"
    return f"{value:.0f}"
