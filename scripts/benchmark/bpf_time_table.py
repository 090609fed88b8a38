"""The table of what perfwrap's BPF programs take."""

from .table import percent, table


def bpf_time_table(rows):
    if not rows:
        return
    body = [
        [
            row["title"],
            *(cell for part in (row["tracked"], row["untracked"]) for cell in [bpf_share(part), f"{part['bpf_runs']:,}", own_share(part)]),
        ]
        for row in rows.values()
    ]
    head = ["", "programs", "their runs", "perfwrap itself", "untracked: programs", "their runs", "perfwrap itself"]
    title = "What the kernel's clock shows: BPF programs, of the workload's CPU time, and perfwrap's own CPU, of a core"
    yield table(title, head, body)


def bpf_share(part):
    return percent(part["bpf_seconds"] / part["workload_cpu_seconds"])


def own_share(part):
    return percent(part["own_cpu_seconds"] / part["wall_seconds"])
