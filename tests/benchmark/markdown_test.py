import unittest

from sample_results import sample_results

from benchmark.markdown import report
from benchmark.table import interval, table


class Tables(unittest.TestCase):
    def test_a_cell_cannot_break_its_row(self):
        self.assertEqual(table("T", ["a"], [["x|y\nz"]]).splitlines()[2:], ["| a |", "| --- |", "| x\\|y z |"])

    def test_an_interval_is_shown_where_there_is_one(self):
        self.assertEqual(interval([0.0123, -0.001, 0.02], 100, "%"), "+1.2 % [-0.1, +2.0]")
        self.assertEqual(interval([0.0123, None, None], 100, "%"), "+1.2 %")


class Report(unittest.TestCase):
    text = report(sample_results())

    def test_it_begins_with_the_machine(self):
        self.assertTrue(
            self.text.startswith("perfwrap 0.1.0, commit 0123456789ab, 2026-01-02; A CPU, 2 CPUs, virtual, Linux 6.1.0, load 0.1")
        )

    def test_bare_is_a_time_and_the_others_are_set_against_it(self):
        self.assertIn("| start-up | 100.00 ms | +7.5 ms [+7.0, +7.9] | +2.5 ms [+2.2, +2.8] | failed |", self.text)
        self.assertIn("| page-fault storm | 100.00 ms | +2.0 % [+1.0, +4.0] |  |  |", self.text)

    def test_a_tool_that_failed_says_why(self):
        self.assertIn("- start-up, mprof -C: it | broke", self.text)
        self.assertIn("- ebpf, 200, 1ms: no", self.text)

    def test_other_revisions_stand_beside_this_one_with_their_subjects(self):
        self.assertIn("| over bare | aaaaaaa | now |", self.text)
        self.assertIn("| start-up: perfwrap | +20.0 ms [+19.0, +21.0] | +7.5 ms [+7.0, +7.9] |", self.text)
        self.assertIn("- aaaaaaa: Do less", self.text)

    def test_the_kernels_clock_is_shown_as_shares(self):
        self.assertIn("| page-fault storm | 2.50 % | 12,345 | 0.75 % | 0.10 % | 678 | 0.25 % |", self.text)

    def test_own_cost_names_the_interval_that_was_taken(self):
        self.assertIn("| ebpf | 200 | 0.20 % (10 ms) | failed | 8.0 MiB | 2.0 MiB |", self.text)

    def test_children_and_accuracy_have_their_tables(self):
        self.assertIn("| perfwrap | 1,000 | 100.0 µs | +4.0 µs [+3.0, +5.0] | 1.25 µs | 10.0 ms |", self.text)
        self.assertIn("- perfwrap: a child among 100,000 takes +2.0 % [-1.0, +4.0] more time than one among 1,000", self.text)
        self.assertIn("| a spike: peak | 1.0 MiB | 2.0 MiB (+100.0 %) | – |", self.text)


if __name__ == "__main__":
    unittest.main()
