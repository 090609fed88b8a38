import unittest

from benchmark.sizing import scaled_count


class Sizing(unittest.TestCase):
    def test_a_slow_machine_does_less_and_a_fast_one_more(self):
        self.assertEqual(scaled_count(1_000, seconds=0.2, wanted_seconds=0.1), 500)
        self.assertEqual(scaled_count(1_000, seconds=0.02, wanted_seconds=0.1), 5_000)

    def test_counts_have_two_digits(self):
        self.assertEqual(scaled_count(10_000, seconds=0.081, wanted_seconds=0.1), 12_000)

    def test_something_is_always_done(self):
        self.assertEqual(scaled_count(2, seconds=60, wanted_seconds=0.1), 1)


if __name__ == "__main__":
    unittest.main()
