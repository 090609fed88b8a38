"""Results of a whole run, as small as they can be."""

import copy


def column(ratio, low, high):
    return {"n": 3, "median_seconds": 0.1 * ratio, "seconds": [0.1 * ratio] * 3, "ratio": ratio, "low": low, "high": high}


def added(milliseconds, low, high):
    return {
        "n": 3,
        "median_seconds": 0.001,
        "seconds": [0.001] * 3,
        "difference_seconds": milliseconds / 1000,
        "low": low / 1000,
        "high": high / 1000,
    }


BARE = {"n": 3, "median_seconds": 0.1, "seconds": [0.1, 0.1, 0.1]}

_RESULTS = {
    "schema": "perfwrap-benchmark/1",
    "whole": True,
    "machine": {
        "cpu_model": "A CPU",
        "cpus": 2,
        "virtual": True,
        "hypervisor": "kvm",
        "memory_bytes": 1 << 30,
        "kernel": "6.1.0",
        "load_average": 0.1,
        "commit": "0123456789abcdef",
        "dirty": False,
        "perfwrap": "perfwrap 0.1.0",
        "started_at": "2026-01-02T03:04:05+00:00",
    },
    "against": [{"revision": "aaaaaaa", "subject": "Do less"}],
    "overhead": {
        "true": {
            "title": "start-up",
            "columns": {
                "bare": BARE,
                "perfwrap": added(7.5, 7.0, 7.9),
                "perfwrap procfs": added(2.5, 2.2, 2.8),
                "perfwrap at aaaaaaa": added(20, 19, 21),
            },
            "failed": {"mprof -C": "it | broke"},
        },
        "page_faults": {"title": "page-fault storm", "columns": {"bare": BARE, "perfwrap": column(1.02, 1.01, 1.04)}, "failed": {}},
    },
    "untracked": {
        "page_faults": {
            "title": "page-fault storm",
            "columns": {"alone": BARE, "perfwrap": column(1.0, 0.995, 1.005)},
            "failed": {},
        }
    },
    "bpf_time": {
        "page_faults": {
            "title": "page-fault storm",
            "tracked": {
                "workload_cpu_seconds": 2.0,
                "wall_seconds": 4.0,
                "bpf_seconds": 0.05,
                "bpf_runs": 12_345,
                "own_cpu_seconds": 0.03,
            },
            "untracked": {
                "workload_cpu_seconds": 2.0,
                "wall_seconds": 4.0,
                "bpf_seconds": 0.002,
                "bpf_runs": 678,
                "own_cpu_seconds": 0.01,
            },
        }
    },
    "watcher": [
        {
            "source": "ebpf",
            "processes": 200,
            "interval": None,
            "cores": 0.002,
            "seconds": 2,
            "peak_bytes": 8 << 20,
            "bpf_bytes": 2 << 20,
            "interval_taken_seconds": 0.01,
        },
        {"source": "ebpf", "processes": 200, "interval": "1ms", "failed": "no"},
    ],
    "memory": [
        {"source": "ebpf", "what": "children", "length": 100_000, "command": "fork_exit", "options": [], "peak_bytes": 9 << 20},
        {"source": "ebpf", "what": "children", "length": 10_000, "command": "fork_exit", "options": [], "peak_bytes": 8 << 20},
    ],
    "scale": {
        "sizes": [1_000, 100_000],
        "rows": [
            {
                "column": "perfwrap",
                "children": 1_000,
                "n": 3,
                "seconds_per_child": [1e-4, 1e-4, 1e-4],
                "median_seconds_per_child": 1e-4,
                "more_seconds_per_child": [4e-6, 3e-6, 5e-6],
                "start_and_end_seconds": 0.01,
                "own_cpu_seconds_per_child": 1.25e-6,
            }
        ],
        "growth": {"perfwrap": [1.02, 0.99, 1.04]},
        "failed": {},
    },
    "accuracy": {
        "spike": {
            "title": "a spike",
            "tools": {
                "perfwrap": {"peak_bytes": {"truth": 1 << 20, "said": 2 << 20, "error": 1.0, "worst_error": 1.0}},
                "GNU time": {"peak_bytes": None},
            },
            "failed": {},
        }
    },
}


def sample_results(commit="0123456789abcdef"):
    results = copy.deepcopy(_RESULTS)
    results["machine"]["commit"] = commit
    return results
