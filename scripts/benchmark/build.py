"""Builds what is measured: this checkout's perfwrap, the workloads, and other revisions of perfwrap beside it."""

import os
import shutil
import subprocess
import sys

from .paths import PERFWRAP, ROOT, WORKLOADS
from .settings import Build


def build_checkout():
    _cmake(ROOT, "--preset", "release")
    _cmake(ROOT, "--build", "--preset", "release")
    _cmake(ROOT, "-S", "scripts/benchmark/workloads", "-B", WORKLOADS, "-G", "Ninja")
    _cmake(ROOT, "--build", WORKLOADS)
    return Build(PERFWRAP)


def build_revision(revision):
    """Builds the commit's files in a directory of their own under build/, which is kept for the next run."""
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        sys.exit(
            f"scripts/bench: --against {revision}: there is no such commit in this checkout; name a branch, a tag or a hash, or fetch it"
        )
    folder = ROOT / "build/against" / commit
    program = folder / PERFWRAP.relative_to(ROOT)
    if not program.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        archive = subprocess.Popen(["git", "-C", ROOT, "archive", commit], stdout=subprocess.PIPE)
        subprocess.run(["tar", "--extract", "--directory", folder], stdin=archive.stdout, check=True)
        archive.wait()
        _cmake(folder, "--preset", "release")
        _cmake(folder, "--build", "--preset", "release")
    return Build(program, commit[:7], _git("show", "--no-patch", "--format=%s", commit))


def _git(*words):
    return subprocess.run(["git", "-C", ROOT, *words], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()


def _cmake(folder, *words):
    if words[0] == "--build":
        words += ("--parallel", str(os.cpu_count()))
    elif shutil.which("ccache"):
        words += ("-DCMAKE_C_COMPILER_LAUNCHER=ccache", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    # Standard output is for the report.
    if subprocess.run(["cmake", *words], cwd=folder, stdout=sys.stderr, check=False).returncode != 0:
        sys.exit(f"scripts/bench: building in {folder} failed, see above")
