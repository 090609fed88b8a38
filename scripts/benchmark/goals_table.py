"""The table of goals: what was measured, the limit, the figure, whether it is met, and why not."""

from .goals import GOALS, verdict
from .table import interval, table


def goals_table(results):
    found = [(goal, goal.find(results), goal.noise and goal.noise(results)) for goal in GOALS]
    measured = [(goal, figure, verdict(goal, figure, noise)) for goal, figure, noise in found if figure is not None]
    if not measured:
        return
    rows = [[goal.what, goal.text(), _cell(goal, figure), met] for goal, figure, met in measured]
    yield table("Goals", ["", "goal", "measured", "met"], rows)
    left = {goal.what: goal.left(results) for goal, _, met in measured if not met.startswith("yes")}
    reasons = [f"- {what}: {why}" for what, why in left.items() if why]
    yield "\n".join([*reasons, ""])


def _cell(goal, figure):
    if goal.unit == "times":
        bounds = "" if figure.low is None else f" [{figure.low:.2f}, {figure.high:.2f}]"
        return f"{figure.value:.2f} times{bounds}"
    if figure.low == figure.high and figure.low is not None:
        return f"{figure.value:{'+' if goal.either_way else ''}.2f} {goal.unit}"
    return interval([figure.value, figure.low, figure.high], 1, goal.unit)
