"""Single numbers of the results in the units of the goals: percent, milliseconds, MiB. Each function returns a finder, which takes the
results and returns None for what was not measured."""

from dataclasses import dataclass

from .table import MIB


@dataclass(frozen=True)
class Figure:
    value: float
    low: float | None  # of the 95 % interval; None where there were too few rounds
    high: float | None


def counted(value):
    """Not estimated from rounds."""
    return Figure(value, value, value)


def _figure(values, factor, offset=0.0):
    return Figure(*(None if x is None else (x - offset) * factor for x in values))


def slowdown(row, column, section="overhead"):
    """In percent."""

    def find(results):
        found = results[section].get(row, {}).get("columns", {}).get(column)
        return found and _figure([found["ratio"], found["low"], found["high"]], 100, 1)

    return find


def added_time(row, column):
    """In milliseconds."""

    def find(results):
        found = results["overhead"].get(row, {}).get("columns", {}).get(column)
        return found and _figure([found["difference_seconds"], found["low"], found["high"]], 1000)

    return find


def added_time_against(row, column, peer):
    """As a multiple of what another tool adds in the same run. The interval is that of the column alone."""

    def find(results):
        columns = results["overhead"].get(row, {}).get("columns", {})
        found, other = columns.get(column), columns.get(peer)
        if not found or not other or other["difference_seconds"] <= 0:
            return None
        return _figure([found["difference_seconds"], found["low"], found["high"]], 1 / other["difference_seconds"])

    return find


def own_cpu(source, processes):
    """At the default interval, in percent of a core."""

    def find(results):
        cells = [
            cell
            for cell in results["watcher"]
            if (cell["source"], cell["processes"], cell["interval"]) == (source, processes, None)
        ]
        return counted(cells[0]["cores"] * 100) if cells and "cores" in cells[0] else None

    return find


def own_memory(source):
    """The maximum of all runs, in MiB."""

    def find(results):
        cells = [cell for cell in [*results["watcher"], *results["memory"]] if cell["source"] == source and "peak_bytes" in cell]
        return counted(max(cell["peak_bytes"] for cell in cells) / MIB) if cells else None

    return find


def memory_growth(source, what, short, long):
    """From the shorter run to the longer, in MiB."""

    def find(results):
        peaks = {
            cell["length"]: cell.get("peak_bytes") for cell in results["memory"] if (cell["source"], cell["what"]) == (source, what)
        }
        return counted((peaks[long] - peaks[short]) / MIB) if peaks.get(short) and peaks.get(long) else None

    return find


def child_growth(column, few, many):
    """Of a child's time, in percent."""

    def find(results):
        scale = results["scale"]
        if not scale or (min(scale["sizes"]), max(scale["sizes"])) != (few, many):
            return None
        growth = scale["growth"].get(column)
        return growth and _figure(growth, 100, 1)

    return find
