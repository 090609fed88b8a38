#include "exporters/prometheus/prometheus.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <locale>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "exporters/prometheus/labels.hpp"
#include "exporters/prometheus/text.hpp"
#include "tests/support/outside_tool.hpp"
#include "tests/support/sample_result.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr auto expected_text =
    R"(# HELP perfwrap_wall_seconds Elapsed monotonic time from the command's exec to its end; perfwrap's own set-up is not included
# TYPE perfwrap_wall_seconds gauge
perfwrap_wall_seconds{benchmark="bench.py",size="10"} 2
# HELP perfwrap_cpu_seconds CPU time of every process and thread of the tree, ended or still running, including teardown
# TYPE perfwrap_cpu_seconds gauge
perfwrap_cpu_seconds{benchmark="bench.py",size="10",mode="user"} 3
perfwrap_cpu_seconds{benchmark="bench.py",size="10",mode="system"} 0.5
# HELP perfwrap_cpu_cores_average cpu_seconds divided by wall_seconds
# TYPE perfwrap_cpu_cores_average gauge
perfwrap_cpu_cores_average{benchmark="bench.py",size="10"} 1.75
# HELP perfwrap_rss_peak_bytes Largest sum, at one moment, of the resident set sizes of all live processes; a page shared by two processes counts twice
# TYPE perfwrap_rss_peak_bytes gauge
perfwrap_rss_peak_bytes{benchmark="bench.py",size="10"} 603979776
# HELP perfwrap_rss_average_bytes Time-weighted mean of the resident sum over wall_seconds
# TYPE perfwrap_rss_average_bytes gauge
perfwrap_rss_average_bytes{benchmark="bench.py",size="10"} 105119744
# HELP perfwrap_largest_process_rss_peak_bytes Largest resident set size that a single process reached, from its own exec on
# TYPE perfwrap_largest_process_rss_peak_bytes gauge
perfwrap_largest_process_rss_peak_bytes{benchmark="bench.py",size="10"} 536870912
# HELP perfwrap_minor_faults Page faults served without reading storage
# TYPE perfwrap_minor_faults gauge
perfwrap_minor_faults{benchmark="bench.py",size="10"} 123456
# HELP perfwrap_major_faults Page faults that had to read storage
# TYPE perfwrap_major_faults gauge
perfwrap_major_faults{benchmark="bench.py",size="10"} 0
# HELP perfwrap_voluntary_context_switches Times a thread gave up its CPU to wait
# TYPE perfwrap_voluntary_context_switches gauge
perfwrap_voluntary_context_switches{benchmark="bench.py",size="10"} 1234
# HELP perfwrap_involuntary_context_switches Times the scheduler took the CPU from a running thread
# TYPE perfwrap_involuntary_context_switches gauge
perfwrap_involuntary_context_switches{benchmark="bench.py",size="10"} 56
# HELP perfwrap_syscall_read_bytes Bytes that read, pread, readv, sendfile and copy_file_range returned, from the page cache, pipes and sockets too; recv, splice, io_uring and mapped files are not counted
# TYPE perfwrap_syscall_read_bytes gauge
perfwrap_syscall_read_bytes{benchmark="bench.py",size="10"} 1572864
# HELP perfwrap_syscall_written_bytes Bytes that write, pwrite, writev, sendfile and copy_file_range took, to the page cache, pipes and sockets too; send, splice, io_uring and mapped files are not counted
# TYPE perfwrap_syscall_written_bytes gauge
perfwrap_syscall_written_bytes{benchmark="bench.py",size="10"} 2048
# HELP perfwrap_processes_started Processes of the tree, the command itself included
# TYPE perfwrap_processes_started gauge
perfwrap_processes_started{benchmark="bench.py",size="10"} 3
# HELP perfwrap_processes_peak Most processes at one moment; one that has ended counts until it is reaped
# TYPE perfwrap_processes_peak gauge
perfwrap_processes_peak{benchmark="bench.py",size="10"} 2
# HELP perfwrap_threads_started Threads of the tree, each process's first thread included
# TYPE perfwrap_threads_started gauge
perfwrap_threads_started{benchmark="bench.py",size="10"} 5
# HELP perfwrap_threads_peak Most live threads at one moment
# TYPE perfwrap_threads_peak gauge
perfwrap_threads_peak{benchmark="bench.py",size="10"} 4
# HELP perfwrap_run_info What was measured, where and how; the value is always 1
# TYPE perfwrap_run_info gauge
perfwrap_run_info{benchmark="bench.py",size="10",version="0.1.0",mode="ebpf",host="box",kernel="6.1.0",cpu_model="Example CPU"} 1
# HELP perfwrap_run_completed_timestamp_seconds Unix time at which the last run ended
# TYPE perfwrap_run_completed_timestamp_seconds gauge
perfwrap_run_completed_timestamp_seconds{benchmark="bench.py",size="10"} 1767225602.25
)";

Result hostile_result() {
    auto result = sample_result();
    result.benchmark.name = "quote\" backslash\\ newline\n invalid\xff {}#,=";
    result.benchmark.labels = {{"a-b", "1"},
                               {"a_b", "2"},
                               {"a b", "3"},
                               {"a_b_2", "4"},
                               {"benchmark", "mine"},
                               {"mode", "fast"},
                               {"__x", "5"},
                               {"9lives", "6"},
                               {"", "7"},
                               {"\xff", "8"},
                               {"é", "9"},
                               {"le", "10"},
                               {"quantile", "11"},
                               {"version", "12"},
                               {"label_mode", "13"},
                               {"ok", "\"\\\n\xff\r"},
                               {"empty", ""}};
    result.host.cpu_model = "\\\"\n";
    return result;
}

Result with_every_metric() {
    auto result = sample_result();
    for (const auto& row : metric_catalogue()) result.summary[row.metric] = {1, 1.5, 1.5, std::nullopt, 1.5, 1.5};
    return result;
}

struct CommaForPoint : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

std::string line_of(const std::string& text, const std::string& beginning) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(beginning)) return line;
    return {};
}

}  // namespace

TEST_CASE("the Prometheus text of a run is this, byte for byte") { CHECK(format_prometheus(sample_result()) == expected_text); }

TEST_CASE("promtool finds nothing to complain of") {
    if (!can_run("promtool")) return;
    for (const auto& result : {sample_result(), sample_series(), hostile_result(), with_every_metric(), Result{}}) {
        const auto text = format_prometheus(result);
        const auto outcome = run_on("promtool check metrics < {}", text);
        INFO(text << outcome.output);
        CHECK(outcome.output.empty());
        CHECK(outcome.exit_code == 0);
    }
}

TEST_CASE("promtool does complain of what perfwrap avoids") {
    if (!can_run("promtool")) return;
    CHECK(run_on("promtool check metrics < {}", "# HELP perfwrap_x_count x\n# TYPE perfwrap_x_count gauge\nperfwrap_x_count 1\n")
              .exit_code != 0);
    CHECK(run_on("promtool check metrics < {}", "perfwrap_x{a=\"\xff\"} 1\n").exit_code != 0);
}

TEST_CASE("every metric has one family with one help text and the CPU families are one") {
    const auto text = format_prometheus(with_every_metric());
    std::set<std::string> families;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("# HELP ")) CHECK(families.insert(line.substr(7, line.find(' ', 7) - 7)).second);
    for (const auto& row : metric_catalogue()) {
        const bool folded = row.metric == Metric::cpu_user_seconds || row.metric == Metric::cpu_system_seconds;
        INFO(row.key);
        CHECK(families.contains("perfwrap_" + std::string(row.key)) != folded);
    }
    CHECK(families.size() == metric_count - 2 + 2);
}

TEST_CASE("CPU time that is not split into modes is one series") {
    auto result = sample_result();
    result.summary.erase(Metric::cpu_user_seconds);
    CHECK(line_of(format_prometheus(result), "perfwrap_cpu_seconds{") ==
          R"(perfwrap_cpu_seconds{benchmark="bench.py",size="10"} 3.5)");
}

TEST_CASE("CPU time that only some runs split into modes is one series of all runs") {
    auto result = sample_series();
    for (const auto metric : {Metric::cpu_user_seconds, Metric::cpu_system_seconds}) {
        result.runs[1].metrics[metric].reset();
        result.summary[metric].n = 2;
    }
    CHECK(line_of(format_prometheus(result), "perfwrap_cpu_seconds{") ==
          R"(perfwrap_cpu_seconds{benchmark="bench.py",size="10"} 3.5)");
}

TEST_CASE("of several runs the median is exported with the end of the last") {
    const auto text = format_prometheus(sample_series());
    CHECK(line_of(text, "perfwrap_wall_seconds{") == R"(perfwrap_wall_seconds{benchmark="bench.py",size="10"} 2)");
    CHECK(line_of(text, "perfwrap_run_completed_timestamp_seconds{") ==
          R"(perfwrap_run_completed_timestamp_seconds{benchmark="bench.py",size="10"} 1767225604.25)");
}

TEST_CASE("a length that is not finite gives no time of completion") {
    auto result = sample_result();
    result.runs.front().metrics[Metric::wall_seconds] = std::numeric_limits<double>::infinity();
    CHECK(format_prometheus(result).find("completed") == std::string::npos);
}

TEST_CASE("a checkpoint tells of no completion") {
    auto result = sample_result();
    result.complete = false;
    CHECK(format_prometheus(result).find("completed") == std::string::npos);
    CHECK(format_prometheus(result).find("perfwrap_wall_seconds{") != std::string::npos);
}

TEST_CASE("label names become valid and stay apart") {
    CHECK(prometheus_label_name("commit") == "commit");
    CHECK(prometheus_label_name("a-b") == "a_b");
    CHECK(prometheus_label_name("9lives") == "label_9lives");
    CHECK(prometheus_label_name("__x") == "label___x");
    CHECK(prometheus_label_name("benchmark") == "label_benchmark");
    CHECK(prometheus_label_name("") == "label_");
    CHECK(prometheus_label_name("\xc3\xa9") == "label___");

    const std::map<std::string, std::string> apart{{"a_b", "2"}, {"a_b_2", "4"}, {"a_b_3", "3"}, {"a_b_4", "1"}};
    CHECK(prometheus_labels({{"a-b", "1"}, {"a_b", "2"}, {"a b", "3"}, {"a_b_2", "4"}}) == apart);
}

TEST_CASE("label values keep quotes, backslashes and newlines and lose what is not UTF-8") {
    CHECK(line_of(format_prometheus(hostile_result()), "perfwrap_wall_seconds{")
              .starts_with("perfwrap_wall_seconds{benchmark=\"quote\\\" backslash\\\\ newline\\n invalid\ufffd {}#,=\","));
}

TEST_CASE("help text is escaped, and keeps its quotes") {
    const std::vector<PrometheusFamily> families{{"x", "a\\b\nc\"d", {{{}, 1}}}};
    CHECK(prometheus_text(families) == "# HELP x a\\\\b\\nc\"d\n# TYPE x gauge\nx 1\n");
}

TEST_CASE("numbers read back as the same") {
    for (const double value : {0.1, 1e-9, 6.02e23, 123456789012345.0, -0.0}) {
        const std::vector<PrometheusFamily> families{{"x", "", {{{}, value}}}};
        const auto text = prometheus_text(families);
        CHECK(std::stod(text.substr(text.rfind(' ') + 1)) == value);
    }
}

TEST_CASE("seconds end at the nanosecond, also as a median of two runs and as cores") {
    auto result = sample_result();
    result.summary[Metric::wall_seconds].median = 7.013000039 + 0.395844270;
    result.summary[Metric::cpu_cores_average].median = 5.0 / 3;
    const auto text = format_prometheus(result);
    CHECK(line_of(text, "perfwrap_wall_seconds{").ends_with("} 7.408844309"));
    CHECK(line_of(text, "perfwrap_cpu_cores_average{").ends_with("} 1.666666667"));
}

TEST_CASE("numbers are the same in every locale") {
    const auto before = std::locale::global(std::locale(std::locale::classic(), new CommaForPoint));
    const auto text = format_prometheus(sample_result());
    std::locale::global(before);
    CHECK(text == format_prometheus(sample_result()));
    CHECK(text.find("1.75") != std::string::npos);
}
