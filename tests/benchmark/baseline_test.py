import json
import unittest

from sample_results import sample_results

from benchmark import baseline
from benchmark.paths import BASELINE, README
from benchmark.readme import BEGIN, END, cost_section, with_cost_section


class Baseline(unittest.TestCase):
    def test_the_latest_results_are_whole_but_for_raw_values(self):
        latest = baseline.with_results(baseline.empty(), sample_results())["latest"]
        self.assertEqual(latest.keys(), sample_results().keys())
        self.assertEqual(
            latest["overhead"]["page_faults"]["columns"]["perfwrap"],
            {"n": 3, "median_seconds": 0.102, "ratio": 1.02, "low": 1.01, "high": 1.04},
        )
        self.assertNotIn("seconds_per_child", latest["scale"]["rows"][0])
        self.assertEqual(latest["watcher"][0]["seconds"], 2)

    def test_it_renders_as_the_results_do(self):
        latest = baseline.with_results(baseline.empty(), sample_results())["latest"]
        self.assertEqual(cost_section(latest), cost_section(sample_results()))

    def test_history_has_machine_goals_and_perfwrap_of_each_commit(self):
        (entry,) = baseline.with_results(baseline.empty(), sample_results())["history"]
        self.assertEqual(entry["machine"]["commit"], "0123456789abcdef")
        self.assertEqual((entry["machine"]["kernel"], entry["machine"]["hypervisor"]), ("6.1.0", "kvm"))
        self.assertEqual(entry["goals"]["start-up over bare, procfs mode"], [2.5, 2.2, 2.8])
        self.assertEqual(list(entry["overhead"]["true"]), ["bare", "perfwrap", "perfwrap procfs", "perfwrap at aaaaaaa"])

    def test_a_commit_measured_again_replaces_its_own_entry_only(self):
        kept = baseline.empty()
        for commit in ("one", "two", "one"):
            kept = baseline.with_results(kept, sample_results(commit))
        self.assertEqual([entry["machine"]["commit"] for entry in kept["history"]], ["two", "one"])

    def test_a_section_measured_by_itself_replaces_that_section_and_says_when(self):
        kept = baseline.with_results(baseline.empty(), sample_results("one"))
        again = sample_results("two")
        again["bpf_time"]["page_faults"]["tracked"]["bpf_seconds"] = 0.2
        again["scale"] = None
        later = baseline.with_sections(kept, again, ["bpf_time"])
        self.assertEqual(later["latest"]["bpf_time"]["page_faults"]["tracked"]["bpf_seconds"], 0.2)
        self.assertEqual(later["latest"]["scale"], kept["latest"]["scale"])
        self.assertEqual(later["latest"]["machine"]["commit"], "one")
        self.assertEqual(later["history"], kept["history"])
        section = cost_section(later["latest"])
        self.assertEqual(section.count("Measured by itself: perfwrap 0.1.0, commit two,"), 1)
        self.assertNotIn("Measured by itself", cost_section(baseline.with_results(later, sample_results("two"))["latest"]))

    def test_the_file_is_json_with_a_line_for_each_commit(self):
        kept = baseline.empty()
        for commit in ("one", "two"):
            kept = baseline.with_results(kept, sample_results(commit))
        text = baseline.to_text(kept)
        self.assertEqual(json.loads(text), kept)
        self.assertEqual(sum('"commit": "one"' in line for line in text.splitlines()), 1)


class Readme(unittest.TestCase):
    def test_only_what_is_between_the_markers_changes(self):
        readme = with_cost_section(f"before\n{BEGIN}old\n{END}\nafter\n", sample_results())
        self.assertEqual(readme, f"before\n{BEGIN}{cost_section(sample_results())}{END}\nafter\n")

    def test_without_results_there_is_nothing_between_them(self):
        self.assertEqual(with_cost_section(f"before\n{BEGIN}old\n{END}\n", None), f"before\n{BEGIN}{END}\n")

    def test_a_readme_without_markers_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "scripts/benchmark/README.md"):
            with_cost_section("before", sample_results())

    def test_the_readme_says_what_the_baseline_says(self):
        latest = baseline.load(BASELINE)["latest"]
        readme = README.read_text(encoding="utf-8")
        self.assertEqual(readme, with_cost_section(readme, latest), "scripts/bench --readme writes it")


if __name__ == "__main__":
    unittest.main()
