"""Turns the samples of one row into what is reported: each column against the base, raw values kept."""

from statistics import median

from .intervals import difference_of_medians, ratio_of_medians


def against(base, samples, value, is_difference):
    compare = difference_of_medians if is_difference else ratio_of_medians
    columns = {}
    for key in samples.by_round:
        values = samples.values(key, value)
        if not values:
            continue
        columns[key] = {"n": len(values), "median_seconds": median(values), "seconds": values}
        if key != base:
            estimate = compare(*samples.pairs(base, key, value))
            name = "difference_seconds" if is_difference else "ratio"
            columns[key] |= {name: estimate.value, "low": estimate.low, "high": estimate.high}
    return {"columns": columns, "failed": samples.failed}
