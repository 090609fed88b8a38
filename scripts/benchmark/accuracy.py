"""What each tool reports for programs whose cost is known, beside the truth of the same run."""

from dataclasses import asdict
from statistics import median

from .commands import CommandFailed, run
from .readings import Readings
from .tools import measuring
from .truths import PROGRAMS, cgroup_witness, own_truth

QUANTITIES = tuple(Readings.__dataclass_fields__)


def measure_accuracy(settings):
    programs = settings.chosen(PROGRAMS, "accuracy")
    return {program.key: {"title": program.title} | _measure(program, settings) for program in programs}


def _measure(program, settings):
    settings.say(f"accuracy: {program.title}")
    rounds = settings.runs or (1 if settings.short else program.rounds)
    tools, failed = {}, {}
    for tool in measuring(settings.build):
        try:
            pairs = [_hold_against_truth(program, tool, settings.folder) for _ in range(rounds)]
        except CommandFailed as failure:
            failed[tool.key] = str(failure)
            continue
        tools[tool.key] = {quantity: _summary(quantity, pairs) for quantity in QUANTITIES}
    return {"tools": tools, "failed": failed}


def _hold_against_truth(program, tool, folder):
    with cgroup_witness(program, tool) as witness:
        command = witness.wrap(program.command) if witness else program.command
        run(tool.wrap(command, folder), folder)
        seen = witness.readings() if witness else Readings()
    own = own_truth(folder) if program.tells_truth else Readings()
    return tool.read(folder), _best_of(own, seen, program)


def _best_of(own, seen, program):
    """The kernel's CPU counter is exact, and a program knows its memory better than an observer that samples it."""
    return Readings(
        peak_bytes=own.peak_bytes or seen.peak_bytes,
        average_bytes=own.average_bytes if program.tells_truth else seen.average_bytes,
        cpu_seconds=seen.cpu_seconds or own.cpu_seconds,
        processes=own.processes,
    )


def _summary(quantity, pairs):
    both = [(asdict(reading)[quantity], asdict(truth)[quantity]) for reading, truth in pairs]
    known = [(said, true) for said, true in both if true]
    if not known:
        return None
    said = [reading for reading, _ in known if reading is not None]
    errors = [reading / true - 1 for reading, true in known if reading is not None]
    return {
        "truth": median(true for _, true in known),
        "said": median(said) if said else None,
        "error": median(errors) if errors else None,
        "worst_error": max(errors, key=abs) if errors else None,
    }
