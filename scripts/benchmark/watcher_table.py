"""The tables of what perfwrap itself uses: while all other processes sleep, and in long runs."""

from .table import MIB, amount, percent, table


def watcher_table(cells):
    if not cells:
        return
    intervals = list(dict.fromkeys(cell["interval"] for cell in cells))
    groups = {}
    for cell in cells:
        groups.setdefault((cell["source"], cell["processes"]), {})[cell["interval"]] = cell
    body = []
    for (source, processes), by_interval in groups.items():
        cpu = [_cpu_cell(by_interval.get(interval)) for interval in intervals]
        memory = [_most(by_interval.values(), key) for key in ("peak_bytes", "bpf_bytes")]
        body.append([source, f"{processes:,}", *cpu, *memory])
    head = [
        "source",
        "processes",
        *(f"CPU at {interval or 'the default'}" for interval in intervals),
        "memory",
        "BPF maps and programs",
    ]
    yield table("perfwrap's own cost while all processes sleep; CPU of one core, in brackets the interval that it used", head, body)
    for cell in cells:
        if "failed" in cell:
            yield f"- {cell['source']}, {cell['processes']}, {cell['interval'] or 'default'}: {cell['failed']}"


def _cpu_cell(cell):
    if cell is None or "failed" in cell:
        return "" if cell is None else "failed"
    taken = cell["interval_taken_seconds"]
    return f"{percent(cell['cores'])} ({f'{taken:.2f} s' if taken >= 1 else f'{taken * 1000:.3g} ms'})"


def _most(cells, key):
    values = [cell[key] for cell in cells if key in cell]
    return amount(key, max(values)) if values else ""


def memory_table(cells):
    if not cells:
        return
    body = []
    for cell in cells:
        peak = f"{cell['peak_bytes'] / MIB:.2f} MiB" if "peak_bytes" in cell else cell["failed"]
        body.append([cell["source"], f"{cell['length']:,} {cell['what']}", " ".join(cell["options"]), peak])
    yield table("perfwrap's own memory in long runs", ["source", "", "", "peak"], body)
