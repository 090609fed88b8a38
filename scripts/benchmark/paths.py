"""Where things are in the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PERFWRAP = ROOT / "build/release/perfwrap"
WORKLOADS = ROOT / "build/benchmark"
SCRIPTS = ROOT / "scripts/benchmark/workloads"
DASK_EXAMPLE = ROOT / "scripts/examples/dask_bench.py"
BASELINE = ROOT / "tests/bench-baseline.json"
README = ROOT / "scripts/benchmark/README.md"
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's Dask
