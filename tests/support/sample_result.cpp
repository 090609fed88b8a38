#include "tests/support/sample_result.hpp"

namespace perfwrap::test {
namespace {

constexpr double mib = 1024.0 * 1024.0;

RunResult sample_run() {
    RunResult run;
    run.started_at_unix_ms = 1'767'225'600'250;
    run.exit.code = 0;
    run.metrics[Metric::wall_seconds] = 2;
    run.metrics[Metric::cpu_seconds] = 3.5;
    run.metrics[Metric::cpu_user_seconds] = 3;
    run.metrics[Metric::cpu_system_seconds] = 0.5;
    run.metrics[Metric::cpu_cores_average] = 1.75;
    run.metrics[Metric::rss_peak_bytes] = 576 * mib;
    run.metrics[Metric::rss_average_bytes] = 100.25 * mib + 0.4;
    run.metrics[Metric::largest_process_rss_peak_bytes] = 512 * mib;
    run.metrics[Metric::minor_faults] = 123456;
    run.metrics[Metric::major_faults] = 0;
    run.metrics[Metric::voluntary_context_switches] = 1234;
    run.metrics[Metric::involuntary_context_switches] = 56;
    run.metrics[Metric::syscall_read_bytes] = 1.5 * mib;
    run.metrics[Metric::syscall_written_bytes] = 2048;
    run.metrics[Metric::processes_started] = 3;
    run.metrics[Metric::processes_peak] = 2;
    run.metrics[Metric::threads_started] = 5;
    run.metrics[Metric::threads_peak] = 4;
    run.peak = PeakResult{0.75, {{42, "python bench.py", 512 * mib}, {43, "worker", 64 * mib}}};
    run.timeline = {{0, 0.5, 1, 1.5},
                    {64 * mib, 576 * mib, 128 * mib, 64 * mib},
                    {64 * mib, 200 * mib, 100 * mib, 32 * mib},
                    {1, 2, 2, 2},
                    {1, 2, 2, 1}};
    run.processes.recorded = {
        {42, 1, {"python", "bench.py"}, 0, 2.0, Exit{0, std::nullopt}, 4, 2.75, 2.5, 0.25, 512 * mib},
        {43, 42, {"worker"}, 0.25, std::nullopt, std::nullopt, 1, std::nullopt, std::nullopt, std::nullopt, std::nullopt},
    };
    run.processes.omitted = {1, 0.75};
    run.programs = {{"python", 1, 2.75, 512 * mib}, {"worker", 2, 0.75, std::nullopt}};
    return run;
}

Statistics alone(double value) { return {1, value, value, std::nullopt, value, value}; }

}  // namespace

Result sample_result() {
    Result result;
    result.id = "01KDVDNA7TAB3DEFGHJKMNPQRS";
    result.perfwrap_version = "0.1.0";
    result.benchmark = {"bench.py", {"python", "bench.py"}, "/src", {{"size", "10"}}};
    result.host = {"box", "6.1.0", "Example CPU", 2, 8589934592};
    result.measurement = {"ebpf", 0.01, 0.02, 0, {}, {}, {}};
    const auto bounded = bounded_to(786432, BoundUnit::bytes, BoundScope::process);
    result.measurement.sources = {{Metric::wall_seconds, {"clock", {}, ""}},
                                  {Metric::rss_peak_bytes, {"ebpf", {}, ""}},
                                  {Metric::rss_average_bytes, {"ebpf", bounded, "counted in batches"}}};
    result.measurement.unavailable = {{Metric::pss_peak_bytes, {"smaps_rollup cannot be read", ""}},
                                      {Metric::pss_average_bytes, {"smaps_rollup cannot be read", ""}},
                                      {Metric::cgroup_memory_peak_bytes, {"not asked for: --cgroup", "--cgroup", false}}};
    result.runs = {sample_run()};
    for (const auto& row : metric_catalogue())
        if (const auto value = result.runs.front().metrics[row.metric]) result.summary[row.metric] = alone(*value);
    return result;
}

Result sample_series() {
    auto result = sample_result();
    auto run = result.runs.front();
    result.runs.clear();
    for (const double wall : {1.0, 2.0, 4.0}) {
        run.metrics[Metric::wall_seconds] = wall;
        result.runs.push_back(run);
        ++run.index;
    }
    for (auto& [metric, statistics] : result.summary) statistics.n = 3, statistics.stddev = 0;
    result.summary[Metric::wall_seconds] = {3, 7.0 / 3, 2, 1.5, 1, 4};
    return result;
}

}  // namespace perfwrap::test
