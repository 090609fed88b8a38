#include "exporters/screen/summary.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <sstream>
#include <vector>

#include "exporters/text/sparkline.hpp"
#include "exporters/text/text.hpp"
#include "tests/support/sample_result.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr auto screen = R"(
bench.py: python bench.py
  ended     exit 0
  wall      2.000 s
  CPU       3.500 s, user 3.000 s, system 500 ms, 1.75 cores
  memory    peak 576 MiB (exact), average 100 MiB (within 768 KiB per process),
            largest process 512 MiB
  faults    123,456 minor, 0 major
  switches  1,234 voluntary, 56 involuntary
  I/O       read calls 1.50 MiB, write calls 2.00 KiB
  processes 3 in all, 2 at once
  threads   5 in all, 4 at once

        PID         CPU    peak RSS  command
         42     2.750 s     512 MiB  python bench.py
         43           -           -  worker
                 750 ms              1 more

  programs  python ×1     2.750 s  max 512 MiB
            worker ×2      750 ms

  not measured: pss peak, pss average (smaps_rollup cannot be read)
)";

constexpr auto screen_with_sparklines = R"(
bench.py: python bench.py
  ended     exit 0
  wall      2.000 s
  CPU       3.500 s, user 3.000 s, system 500 ms, 1.75 cores
  memory    peak 576 MiB (exact), average 100 MiB (within 768 KiB per process),
            largest process 512 MiB
  faults    123,456 minor, 0 major
  switches  1,234 voluntary, 56 involuntary
  I/O       read calls 1.50 MiB, write calls 2.00 KiB
  processes 3 in all, 2 at once
  threads   5 in all, 4 at once

  memory    ▁▁▁▁▁▁▁▁▁█████████▂▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁ max 576 MiB over 2.000 s
  CPU       ▅▅▅▅▅▅▅▅▅███████████████████████████ max 2.00 cores over 2.000 s

        PID         CPU    peak RSS  command
         42     2.750 s     512 MiB  python bench.py
         43           -           -  worker
                 750 ms              1 more

  programs  python ×1     2.750 s  max 512 MiB
            worker ×2      750 ms

  not measured: pss peak, pss average (smaps_rollup cannot be read)
  warning: 2 processes were still running when the command ended and are not
           followed any further: 99 (sleep), 100 (sh)
)";

constexpr auto series_in_ascii = R"(
bench.py: python bench.py
  3 runs, each value a median (minimum ... maximum)
  ended     exit 0
  wall      2.000 s (1.000 s ... 4.000 s)
  CPU       3.500 s, user 3.000 s, system 500 ms, 1.75 cores
  memory    peak 576 MiB (exact), average 100 MiB (within 768 KiB per process),
            largest process 512 MiB
  faults    123,456 minor, 0 major
  switches  1,234 voluntary, 56 involuntary
  I/O       read calls 1.50 MiB, write calls 2.00 KiB
  processes 3 in all, 2 at once
  threads   5 in all, 4 at once

  memory    ___####...________________ max 576 MiB over 4.000 s, last run
  CPU       ===####################### max 2.00 cores over 4.000 s, last run

        PID         CPU    peak RSS  command, last run
         42     2.750 s     512 MiB  python bench.py
         43           -           -  worker
                 750 ms              1 more

  programs  python x1     2.750 s  max 512 MiB
            worker x2      750 ms

  not measured: pss peak, pss average (smaps_rollup cannot be read)
)";

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

bool has_control_characters(const std::string& text) {
    return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f; });
}

int widest_line(const std::string& text) {
    int widest = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
    return widest;
}

}  // namespace

TEST_CASE("the summary of a run is this, byte for byte") { CHECK("\n" + format_summary(sample_result(), {}) == screen); }

TEST_CASE("a number that lacks lost events is told as a lower limit") {
    auto result = sample_result();
    auto& sources = result.measurement.sources;
    sources[Metric::processes_peak] = {"ebpf", bounded_by(BoundCause::lost_events), ""};
    sources[Metric::rss_peak_bytes] = {"ebpf", bounded_by(BoundCause::lost_events), ""};
    const auto text = format_summary(result, {});
    CHECK(contains(text, "processes 3 in all, at least 2 at once"));
    CHECK(contains(text, "memory    peak at least 576 MiB (events were lost)"));
}

TEST_CASE("steps of the timeline at the end or after it do not keep the others from being drawn") {
    auto result = sample_result();
    const auto drawn = format_summary(result, {.sparklines = true});
    auto& timeline = result.runs.front().timeline;
    for (const double at : {2.0, 2.5}) {
        timeline.t_seconds.push_back(at);
        for (auto* column : {&timeline.rss_max_bytes, &timeline.rss_mean_bytes, &timeline.cpu_cores, &timeline.processes})
            column->push_back(0);
    }
    CHECK(contains(drawn, "over 2.000 s"));
    CHECK(format_summary(result, {.sparklines = true}) == drawn);
}

TEST_CASE("memory and CPU over time are drawn on request") {
    auto result = sample_result();
    result.warnings = {
        "2 processes were still running when the command ended and are not followed any further: 99 (sleep), 100 (sh)"};
    CHECK("\n" + format_summary(result, {.sparklines = true}) == screen_with_sparklines);
}

TEST_CASE("several runs show the median, minimum and maximum, in ASCII where asked") {
    CHECK("\n" + format_summary(sample_series(), {.sparklines = true, .unicode = false}) == series_in_ascii);
}

TEST_CASE("escape sequences appear only when colour is wanted") {
    auto result = sample_result();
    result.runs.front().exit.code = 3;
    CHECK_FALSE(contains(format_summary(result, {}), "\033"));
    const auto coloured = format_summary(result, {.colour = true});
    CHECK(contains(coloured, "\033[31mexit 3\033[0m"));
    std::string plain = coloured;
    for (auto at = plain.find('\033'); at != std::string::npos; at = plain.find('\033'))
        plain.erase(at, plain.find('m', at) - at + 1);
    CHECK(plain == format_summary(result, {}));
}

TEST_CASE("names and commands cannot touch the terminal") {
    auto result = sample_result();
    result.benchmark.name = "evil\033[2J\nname\xff";
    result.benchmark.command = {"\033]0;title\a", "\u202e", std::string(100000, 'x')};
    result.runs.front().processes.recorded.front().command = {"a) R 1 (b\n", "\xff\x9b"};
    result.runs.front().exit = {std::nullopt, "SIG\033"};
    result.warnings = {"\033[31m"};
    result.measurement.unavailable[Metric::swap_peak_bytes] = {"why\033", ""};
    const auto text = format_summary(result, {});
    CHECK_FALSE(has_control_characters(text));
    CHECK(valid_utf8(text) == text);
    CHECK(contains(text, "evil\\x1b[2J\\nname\\xff"));
    CHECK(widest_line(text) <= 80);
}

TEST_CASE("how the command ended is said in words") {
    auto result = sample_result();
    result.runs.front().exit = {std::nullopt, "SIGKILL"};
    CHECK(contains(format_summary(result, {}), "killed by SIGKILL"));
    result.runs.front().timed_out = true;
    CHECK(contains(format_summary(result, {}), "timed out, killed by SIGKILL"));
    result = sample_series();
    result.runs.back().exit.code = 2;
    CHECK(contains(format_summary(result, {}), "exit 0 (2 of 3 runs), exit 2 (1 of 3 runs)"));
}

TEST_CASE("time in which the command was stopped is told beside the elapsed time") {
    auto result = sample_result();
    CHECK_FALSE(contains(format_summary(result, {}), "stopped"));
    result.runs.front().stopped_seconds = 0.25;
    CHECK(contains(format_summary(result, {}), "wall      2.000 s (stopped for 250 ms of it)"));
    result = sample_series();
    result.runs.back().stopped_seconds = 1;
    CHECK(contains(format_summary(result, {}), "stopped in 1 of 3 runs"));
}

TEST_CASE("what was not measured is left out and explained once for each reason") {
    auto result = sample_result();
    for (const auto metric : {Metric::rss_peak_bytes, Metric::rss_average_bytes, Metric::largest_process_rss_peak_bytes}) {
        result.runs.front().metrics[metric].reset();
        result.measurement.unavailable[metric] = {"no /proc", ""};
    }
    const auto text = format_summary(result, {});
    CHECK_FALSE(contains(text, "\n  memory"));
    CHECK(contains(text, "not measured: rss peak, rss average, largest process rss peak (no /proc);"));
}

TEST_CASE("what an option would add is no more than a hint, and none where something else is missing") {
    auto result = sample_result();
    auto& unavailable = result.measurement.unavailable;
    unavailable = {{Metric::anon_peak_bytes, {"not asked for: --exact-memory", "--exact-memory", false}},
                   {Metric::anon_average_bytes, {"not asked for: --exact-memory", "--exact-memory", false}},
                   {Metric::cgroup_memory_peak_bytes, {"not asked for: --cgroup", "--cgroup", false}}};
    const auto ending = [&] {
        const auto text = format_summary(result, {});
        return text.substr(text.rfind("750 ms\n") + 7);
    };
    CHECK(ending() == "\n  more with --cgroup or --exact-memory (see perfwrap doctor)\n");
    unavailable[Metric::oom_kills] = {"only eBPF can count this: a long story", "eBPF"};
    CHECK(ending() == "\n  not measured: oom kills (needs eBPF)\n");
    unavailable = {{Metric::anon_peak_bytes, {"only eBPF can count this: a long story", "eBPF", false}}};
    CHECK(ending().empty());
}

TEST_CASE("peak and average that are equally exact say so once") {
    auto result = sample_result();
    auto& sources = result.measurement.sources;
    sources[Metric::rss_average_bytes] = sources[Metric::rss_peak_bytes];
    CHECK(
        contains(format_summary(result, {}), "  memory    peak 576 MiB and average 100 MiB (exact), largest process 512 MiB\n"));
    result = sample_series();
    result.measurement.sources[Metric::rss_average_bytes] = result.measurement.sources[Metric::rss_peak_bytes];
    result.summary[Metric::rss_average_bytes].max = 200.0 * 1024 * 1024;
    CHECK(contains(format_summary(result, {}), "peak 576 MiB (exact), average 100 MiB (100 MiB … 200 MiB; exact),"));
}

TEST_CASE("memory that was sampled says how often") {
    auto result = sample_result();
    result.runs.front().metrics[Metric::pss_peak_bytes] = 300.0 * 1024 * 1024;
    result.measurement.sources[Metric::pss_peak_bytes] = {"procfs", sampled_every(0.5), "seldom"};
    CHECK(contains(format_summary(result, {}), "PSS peak 300 MiB (sampled every 500 ms)"));
}

TEST_CASE("many reasons take two lines and the rest is counted") {
    auto result = sample_result();
    result.measurement.unavailable.clear();
    for (const auto& row : metric_catalogue())
        result.measurement.unavailable[row.metric] = {"a reason of its own for " + std::string(row.key), ""};
    const auto text = format_summary(result, {});
    const auto at = text.find("  not measured:");
    REQUIRE(at != std::string::npos);
    CHECK(std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), '\n') == 2);
    CHECK(contains(text.substr(at), "more (--output json:FILE says why)"));
}

TEST_CASE("five processes have rows and the rest is summed up") {
    auto result = sample_result();
    auto& table = result.runs.front().processes;
    table.recorded.clear();
    for (int i = 1; i <= 7; ++i)
        table.recorded.push_back({1000 + i, 1, {"worker"}, 0, 1, Exit{0, {}}, 1, 1.5, 1.0, 0.5, 1024 * 1024});
    table.omitted = {93, 2.0};
    const auto text = format_summary(result, {});
    CHECK(contains(text, "1005"));
    CHECK_FALSE(contains(text, "1006"));
    CHECK(contains(text, "5.000 s              95 more\n"));
}

TEST_CASE("the programs that used most stand below the processes where not every process has a row") {
    auto result = sample_result();
    auto& run = result.runs.front();
    run.programs = {{"cc1plus", 293, 32.1, 210.0 * 1024 * 1024},
                    {"as", 293, 1.5, 1024 * 1024},
                    {"g++", 293, 0.5, std::nullopt},
                    {"make", 3, 0.25, 1024},
                    {"sh", 1, 0.1, 1024},
                    {"rm", 2, 0.05, 4096},
                    {"cp", 5, 0.02, 8192},
                    {std::string(other_programs), std::nullopt, 0.01, std::nullopt}};
    constexpr auto programs = R"(
  programs  cc1plus ×293     32.10 s  max 210 MiB
            as ×293          1.500 s  max 1.00 MiB
            g++ ×293          500 ms
            make ×3           250 ms  max 1.00 KiB
            sh ×1             100 ms  max 1.00 KiB
            all others       80.0 ms  max 8.00 KiB
)";
    CHECK(contains(format_summary(result, {}), programs));
    run.programs.pop_back();
    CHECK(contains(format_summary(result, {}), "all others ×7     70.0 ms  max 8.00 KiB\n"));
    run.programs = {{std::string(100, 'p'), 2, 1.0, 1024.0}};
    CHECK(widest_line(format_summary(result, {.width = 60})) <= 60);
    run.processes.omitted = {0, 0.0};
    CHECK_FALSE(contains(format_summary(result, {}), "programs"));
}

TEST_CASE("where nobody counts the processes, the rest is all others") {
    auto result = sample_result();
    auto& table = result.runs.front().processes;
    table.recorded = {{1000, 1, {"worker"}, 0, 1, Exit{0, {}}, 1, 1.5, 1.0, 0.5, 1024 * 1024}};
    table.omitted = {std::nullopt, 2.0};
    CHECK(contains(format_summary(result, {}), "2.000 s              all others\n"));
    table.omitted = {std::nullopt, 0.0};
    CHECK_FALSE(contains(format_summary(result, {}), "all others"));
}

TEST_CASE("memory that the processes share stands beside the anonymous where there is any") {
    auto result = sample_result();
    auto& metrics = result.runs.front().metrics;
    metrics[Metric::shmem_peak_bytes] = 0.0;
    CHECK_FALSE(contains(format_summary(result, {}), "shared peak"));
    metrics[Metric::shmem_peak_bytes] = 256.0 * 1024 * 1024;
    CHECK(contains(format_summary(result, {}), "shared peak 256 MiB"));
}

TEST_CASE("a result without runs says so") { CHECK(format_summary(Result{}, {}) == ": no run was measured\n"); }

TEST_CASE("no line passes the edge of the terminal") {
    auto result = sample_series();
    result.warnings = {std::string("many words ") +
                       "that go on and on over the edge of a terminal and further until somebody stops them"};
    for (const int width : {60, 80, 132}) {
        INFO(width);
        CHECK(widest_line(format_summary(result, {.sparklines = true, .width = width})) <= width);
    }
}

TEST_CASE("windows over time hold the maxima and the means of what they cover") {
    const std::array<double, 3> starts{0, 1, 3};
    const std::array<double, 3> values{4, 8, 2};
    CHECK(window_maxima(starts, values, 4, 2) == std::vector<double>{8, 8});
    CHECK(window_means(starts, values, 4, 2) == std::vector<double>{6, 5});
    CHECK(window_maxima(starts, values, 4, 4) == std::vector<double>{4, 8, 8, 2});
    CHECK(window_means(starts, values, 4, 8) == std::vector<double>{4, 4, 8, 8, 8, 8, 2, 2});
}

TEST_CASE("a sparkline has eight heights from zero to its top") {
    const std::array<double, 9> values{0, 1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(sparkline(values, 8, true) == "▁▂▃▄▅▆▇██");
    CHECK(sparkline(values, 8, false) == "_.:-=+*##");
    CHECK(sparkline(values, 0, true) == "▁▁▁▁▁▁▁▁▁");
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(sparkline(std::vector{infinity, 1.0, -infinity, infinity - infinity}, infinity, false) == "#___");
}
