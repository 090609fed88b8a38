"""Compares medians, with 95 % intervals from a paired bootstrap whose seed is fixed: the same samples give the same answer."""

from dataclasses import dataclass

import numpy

SEED = 1
RESAMPLES = 5000


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float | None  # None if there are too few pairs
    high: float | None


def ratio_of_medians(base, other):
    return _estimate(base, other, lambda b, o: numpy.median(o, axis=-1) / numpy.median(b, axis=-1))


def difference_of_medians(base, other):
    return _estimate(base, other, lambda b, o: numpy.median(o, axis=-1) - numpy.median(b, axis=-1))


def _estimate(base, other, statistic):
    """Draws pairs: base[i] and other[i] were measured in the same round, so that a disturbance affected both.

    The percentile method: quantiles of the resampled statistic (Efron and Tibshirani, An Introduction to the Bootstrap, 13.3).
    """
    base, other = numpy.asarray(base), numpy.asarray(other)
    value = float(statistic(base, other))
    if len(base) < 3:
        return Estimate(value, None, None)
    drawn = numpy.random.default_rng(SEED).integers(len(base), size=(RESAMPLES, len(base)))
    low, high = numpy.quantile(statistic(base[drawn], other[drawn]), [0.025, 0.975])
    return Estimate(value, float(low), float(high))
