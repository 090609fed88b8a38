import unittest

from benchmark.intervals import difference_of_medians, ratio_of_medians


class Intervals(unittest.TestCase):
    def test_the_estimate_is_the_ratio_of_the_medians_not_the_median_of_the_ratios(self):
        self.assertEqual(ratio_of_medians([1, 2, 10], [3, 1, 5]).value, 3 / 2)

    def test_a_difference_is_that_of_the_medians(self):
        self.assertEqual(difference_of_medians([1, 2, 10], [3, 1, 5]).value, 1)

    def test_equal_samples_have_an_interval_without_width(self):
        estimate = ratio_of_medians([2.0] * 10, [3.0] * 10)
        self.assertEqual((estimate.low, estimate.high), (1.5, 1.5))

    def test_the_interval_is_around_the_estimate_and_narrows_with_more_rounds(self):
        few = ratio_of_medians(*self._noisy(8))
        many = ratio_of_medians(*self._noisy(200))
        for estimate in few, many:
            self.assertLess(estimate.low, estimate.value)
            self.assertLess(estimate.value, estimate.high)
        self.assertLess(many.high - many.low, (few.high - few.low) / 2)
        self.assertLess(many.low, 1.1)
        self.assertGreater(many.high, 1.1)

    def test_what_disturbs_both_of_a_round_does_not_widen_the_interval(self):
        disturbed = [1.0, 5.0, 2.0, 9.0, 3.0, 7.0]
        estimate = ratio_of_medians(disturbed, [1.1 * x for x in disturbed])
        self.assertAlmostEqual(estimate.low, 1.1)
        self.assertAlmostEqual(estimate.high, 1.1)

    def test_two_rounds_are_too_few_for_an_interval(self):
        estimate = ratio_of_medians([1, 2], [2, 3])
        self.assertIsNone(estimate.low)
        self.assertIsNone(estimate.high)

    def test_the_same_samples_give_the_same_interval(self):
        self.assertEqual(ratio_of_medians(*self._noisy(20)), ratio_of_medians(*self._noisy(20)))

    def _noisy(self, rounds):
        """Multiples of the golden ratio spread evenly over 0 to 1, and two of them apart."""
        spread = lambda step: [1 + 0.1 * (i * step % 1) for i in range(rounds)]
        return spread(0.6180339887), [1.1 * x for x in spread(0.7548776662)]


if __name__ == "__main__":
    unittest.main()
