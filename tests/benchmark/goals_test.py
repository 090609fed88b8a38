import unittest

from sample_results import sample_results

from benchmark.figures import Figure, added_time_against, child_growth, counted, memory_growth, own_cpu, own_memory, slowdown
from benchmark.goals import GOALS, Goal, verdict
from benchmark.goals_table import goals_table


class Verdicts(unittest.TestCase):
    at_most = Goal("", None, 3, "%")
    within = Goal("", None, 1, "%", either_way=True)

    def test_an_interval_below_the_limit_meets_it_and_one_above_does_not(self):
        self.assertEqual(verdict(self.at_most, Figure(2, 1, 3)), "yes")
        self.assertEqual(verdict(self.at_most, Figure(-9, -10, -8)), "yes")
        self.assertEqual(verdict(self.at_most, Figure(4, 3.1, 5)), "no")

    def test_the_median_decides_where_the_interval_has_the_limit_inside_and_that_is_said(self):
        self.assertEqual(verdict(self.at_most, Figure(2, 1, 4)), "yes, by the median")
        self.assertEqual(verdict(self.at_most, Figure(3.5, 1, 4)), "no, by the median")

    def test_not_distinguishable_from_zero_takes_the_whole_interval(self):
        self.assertEqual(verdict(self.within, Figure(0.1, -0.9, 1)), "yes")
        self.assertEqual(verdict(self.within, Figure(0.1, -0.9, 1.1)), "cannot tell")
        self.assertEqual(verdict(self.within, Figure(-0.1, -1.1, 0.9)), "cannot tell")
        self.assertEqual(verdict(self.within, Figure(2, 1.1, 3)), "no")
        self.assertEqual(verdict(self.within, Figure(-2, -3, -1.1)), "no")

    def test_where_the_same_thing_twice_differs_by_more_than_the_limit_nobody_can_tell(self):
        quiet, noisy = Figure(0, -0.5, 0.5), Figure(6, -1.5, 10)
        self.assertEqual(verdict(self.within, Figure(2, 1.1, 3), quiet), "no")
        self.assertEqual(verdict(self.within, Figure(2, 1.1, 3), noisy), "cannot tell")
        self.assertEqual(verdict(self.within, Figure(12, 10.1, 13), noisy), "no")
        self.assertEqual(verdict(self.within, Figure(0, -0.1, 0.1), Figure(0, None, None)), "cannot tell")

    def test_what_was_counted_is_compared_as_it_is(self):
        self.assertEqual(verdict(self.at_most, counted(3)), "yes")
        self.assertEqual(verdict(self.at_most, counted(3.1)), "no")
        self.assertEqual(verdict(self.within, counted(-1.1)), "no")

    def test_too_few_rounds_never_show_it_for_sure(self):
        self.assertEqual(verdict(self.at_most, Figure(2, None, None)), "yes, by the median")
        self.assertEqual(verdict(self.within, Figure(0, None, None)), "cannot tell")

    def test_what_was_not_measured_is_not_met(self):
        self.assertEqual(verdict(self.at_most, None), "not measured")


class Figures(unittest.TestCase):
    results = sample_results()

    def test_ratios_become_percent(self):
        figure = slowdown("page_faults", "perfwrap")(self.results)
        for seen, wanted in zip((figure.value, figure.low, figure.high), (2, 1, 4)):
            self.assertAlmostEqual(seen, wanted)

    def test_own_cost_is_taken_at_the_default_interval_and_memory_from_all_runs(self):
        self.assertEqual(own_cpu("ebpf", 200)(self.results), counted(0.2))
        self.assertEqual(own_memory("ebpf")(self.results), counted(9))

    def test_what_a_peer_adds_in_the_same_run_is_the_measure_of_a_slow_machine(self):
        columns = {"perfwrap": {"difference_seconds": 0.03, "low": 0.02, "high": 0.04}, "perf stat": {"difference_seconds": 0.05}}
        figure = added_time_against("true", "perfwrap", "perf stat")({"overhead": {"true": {"columns": columns}}})
        for seen, wanted in zip((figure.value, figure.low, figure.high), (0.6, 0.4, 0.8)):
            self.assertAlmostEqual(seen, wanted)

    def test_growth_goes_from_the_shortest_to_the_longest(self):
        self.assertEqual(memory_growth("ebpf", "children", 10_000, 100_000)(self.results), counted(1))
        self.assertAlmostEqual(child_growth("perfwrap", 1_000, 100_000)(self.results).value, 2)

    def test_what_was_not_measured_has_no_figure(self):
        for find in (
            slowdown("dask", "perfwrap"),
            own_cpu("ebpf", 5_000),
            own_memory("procfs"),
            memory_growth("ebpf", "seconds", 40, 80),
            added_time_against("true", "perfwrap", "perf stat"),
            child_growth("x", 1_000, 100_000),
        ):
            self.assertIsNone(find(self.results))

    def test_growth_between_other_lengths_is_another_figure(self):
        self.assertIsNone(memory_growth("ebpf", "children", 10_000, 50_000)(self.results))
        self.assertIsNone(child_growth("perfwrap", 300, 3_000)(self.results))

    def test_no_goal_stumbles_over_a_run_of_nothing(self):
        nothing = sample_results() | {"overhead": {}, "untracked": {}, "watcher": [], "memory": [], "scale": None, "accuracy": {}}
        self.assertEqual([goal.what for goal in GOALS if goal.find(nothing)], [])
        self.assertEqual(list(goals_table(nothing)), [])


class GoalsTable(unittest.TestCase):
    def test_a_row_says_what_how_much_and_whether(self):
        (text, *_) = goals_table(sample_results())
        self.assertIn("| start-up over bare, procfs mode | ≤ 2 ms | +2.5 ms [+2.2, +2.8] | no |", text)
        self.assertIn("| page-fault storm, default mode | ≤ 3 % | +2.0 % [+1.0, +4.0] | yes, by the median |", text)
        self.assertNotIn("Dask", text)

    def test_goals_are_named_once(self):
        self.assertEqual(len({goal.what for goal in GOALS}), len(GOALS))

    def test_what_is_left_is_told_where_a_goal_is_missed_as_the_kernels_clock_shows_it(self):
        results = sample_results()
        self.assertNotIn("by the kernel's clock", "".join(goals_table(results)))
        results["overhead"]["page_faults"]["columns"]["perfwrap"].update(ratio=1.06, low=1.05, high=1.07)
        self.assertIn("by the kernel's clock perfwrap's BPF programs take 2.50 % of its CPU time", "".join(goals_table(results)))
        del results["bpf_time"]
        self.assertNotIn("by the kernel's clock", "".join(goals_table(results)))


if __name__ == "__main__":
    unittest.main()
