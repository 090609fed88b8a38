"""The machine and the commit that a set of numbers belongs to."""

import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from .paths import PERFWRAP, ROOT


def describe():
    fields = _colon_fields(Path("/proc/cpuinfo").read_text().split("\n\n")[0])
    return {
        "cpu_model": fields.get("model name", platform.machine()),
        "cpus": len(os.sched_getaffinity(0)),
        "virtual": "hypervisor" in fields.get("flags", "").split(),
        "hypervisor": _output("systemd-detect-virt", "--vm"),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "load_average": os.getloadavg()[0],  # before the first run: other work on the machine makes the numbers noisy
        "commit": _output("git", "-C", ROOT, "rev-parse", "HEAD"),
        "dirty": bool(_output("git", "-C", ROOT, "status", "--porcelain", "--untracked-files=no")),
        "perfwrap": _output(PERFWRAP, "--version"),
        "started_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def _colon_fields(text):
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}


def _output(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or None
