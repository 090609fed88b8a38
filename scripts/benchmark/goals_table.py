"""The table of goals: what, how much of it, met or not, and why not."""

from .goals import GOALS, verdict
from .table import interval, table


def goals_table(results):
    found = [(goal, goal.find(results)) for goal in GOALS]
    measured = [(goal, figure) for goal, figure in found if figure is not None]
    if not measured:
        return
    body = [[goal.what, goal.text(), _cell(goal, figure), verdict(goal, figure)] for goal, figure in measured]
    yield table("Goals", ["", "goal", "measured", "met"], body)
    for goal, figure in measured:
        if goal.left and not verdict(goal, figure).startswith("yes"):
            yield f"- {goal.what}: {goal.left}"


def _cell(goal, figure):
    if figure.low == figure.high and figure.low is not None:
        return f"{figure.value:{'+' if goal.either_way else ''}.2f} {goal.unit}"
    return interval([figure.value, figure.low, figure.high], 1, goal.unit)
