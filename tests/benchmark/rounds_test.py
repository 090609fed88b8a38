import unittest
from collections import Counter

from benchmark.commands import CommandFailed
from benchmark.estimates import against
from benchmark.rounds import Column, Limit, interleave


class Rounds(unittest.TestCase):
    def setUp(self):
        self.log = []
        self.now = 0.0

    def column(self, key, seconds=1.0, every=1, fails_at=None):
        def measure():
            self.log.append(key)
            self.now += seconds
            if fails_at is not None and self.log.count(key) == fails_at:
                raise CommandFailed(f"{key} broke")
            return float(self.log.count(key))

        return Column(key, measure, every)

    def interleave(self, columns, limit, **more):
        return interleave(columns, limit, clock=lambda: self.now, **more)

    def test_each_round_has_every_column_once_in_an_order_of_its_own(self):
        self.interleave([self.column(key) for key in "abcd"], Limit(rounds=20), warm_up=False)
        orders = ["".join(self.log[i : i + 4]) for i in range(0, 80, 4)]
        self.assertEqual({"".join(sorted(order)) for order in orders}, {"abcd"})
        self.assertGreater(len(set(orders)), 10)

    def test_the_round_that_warms_up_is_not_kept(self):
        samples = self.interleave([self.column("a"), self.column("b", every=2)], Limit(rounds=3))
        self.assertEqual(samples.values("a", lambda value: value), [2, 3, 4])
        self.assertEqual(samples.values("b", lambda value: value), [1, 2])

    def test_without_a_column_left_it_ends(self):
        samples = self.interleave([self.column("a", fails_at=2)], Limit(seconds=1e9), warm_up=False)
        self.assertEqual(samples.failed, {"a": "a broke"})

    def test_a_column_may_take_part_in_some_rounds_only(self):
        samples = self.interleave([self.column("a"), self.column("b", every=3)], Limit(rounds=7), warm_up=False)
        self.assertEqual(Counter(self.log), {"a": 7, "b": 3})
        self.assertEqual(sorted(samples.by_round["b"]), [0, 3, 6])

    def test_pairs_are_of_rounds_that_have_both(self):
        samples = self.interleave([self.column("a"), self.column("b", every=2)], Limit(rounds=5), warm_up=False)
        self.assertEqual(samples.pairs("a", "b", lambda value: value), ([1, 3, 5], [1, 2, 3]))

    def test_a_column_that_fails_is_out_with_its_reason(self):
        samples = self.interleave([self.column("a"), self.column("b", fails_at=3)], Limit(rounds=5))
        self.assertEqual(Counter(self.log), {"a": 6, "b": 3})
        self.assertEqual(samples.failed, {"b": "b broke"})
        self.assertNotIn("b", samples.by_round)

    def test_there_are_as_many_rounds_as_fit_into_the_time(self):
        samples = self.interleave([self.column("a", 2.0)], Limit(seconds=21), warm_up=False)
        self.assertEqual(len(samples.by_round["a"]), 10)

    def test_warming_up_is_in_the_time(self):
        samples = self.interleave([self.column("a", 2.0)], Limit(seconds=21))
        self.assertLess(len(samples.by_round["a"]), 10)
        self.assertLessEqual(self.now, 21)

    def test_a_slow_machine_still_gets_the_fewest_rounds_that_have_an_interval(self):
        samples = self.interleave([self.column("a", 100.0)], Limit(seconds=21), warm_up=False)
        self.assertEqual(len(samples.by_round["a"]), 3)

    def test_a_number_of_rounds_that_was_asked_for_stands_whatever_the_time(self):
        samples = self.interleave([self.column("a", 100.0)], Limit(rounds=5, seconds=1), warm_up=False)
        self.assertEqual(len(samples.by_round["a"]), 5)


class Estimates(unittest.TestCase):
    def sample(self, values):
        values = {key: iter(sequence) for key, sequence in values.items()}
        columns = [Column(key, lambda sequence=sequence: next(sequence)) for key, sequence in values.items()]
        return interleave(columns, Limit(rounds=3), warm_up=False)

    def test_each_column_is_set_against_the_base_and_keeps_its_raw_values(self):
        row = against(
            "bare", self.sample({"bare": [1.0, 1.0, 1.0], "tool": [1.1, 1.2, 1.3]}), lambda value: value, is_difference=False
        )
        self.assertEqual(row["columns"]["bare"], {"n": 3, "median_seconds": 1.0, "seconds": [1.0, 1.0, 1.0]})
        self.assertEqual(row["columns"]["tool"]["ratio"], 1.2)
        self.assertEqual(row["columns"]["tool"]["seconds"], [1.1, 1.2, 1.3])
        self.assertLessEqual(row["columns"]["tool"]["low"], 1.2)

    def test_start_up_is_a_difference(self):
        row = against(
            "bare", self.sample({"bare": [1.0, 2.0, 3.0], "tool": [2.5, 3.5, 4.5]}), lambda value: value, is_difference=True
        )
        self.assertEqual(row["columns"]["tool"]["difference_seconds"], 1.5)
        self.assertNotIn("ratio", row["columns"]["tool"])


if __name__ == "__main__":
    unittest.main()
