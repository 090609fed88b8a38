// Facts about the host and the user's wishes in, a source and an accuracy for every metric out. Pure: testable without a kernel.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "exporters/result/accuracy.hpp"
#include "exporters/result/metrics.hpp"
#include "exporters/result/result.hpp"
#include "probes/host/host_facts.hpp"
#include "profiler/plan/ways.hpp"

namespace perfwrap {

enum class SourceChoice : std::uint8_t { automatic, ebpf, procfs };

struct PlanOptions {
    SourceChoice source = SourceChoice::automatic;
    bool cgroup = false;
    bool exact_memory = false;  // implies cgroup
    std::optional<std::chrono::nanoseconds> interval = std::nullopt;
};

// How one metric is measured, or why not.
struct MetricPlan {
    bool measured = false;
    Source source = Source::clock;
    Accuracy accuracy;  // without an interval, which is known after the run
    std::string note;   // what qualifies the accuracy, "" if nothing
    Absence absence;    // not measured: why
};

struct Plan {
    Mode mode = Mode::procfs;
    std::chrono::nanoseconds interval{};  // the shortest that will be used
    bool adaptive_interval = true;
    bool own_cgroup = false;
    bool every_memory_event = false;
    bool physical_memory = false;  // the kernel's counters of the command's cgroup are followed
    bool sample_pss = false;
    std::uint64_t clock_tick_ns = 0;             // 0: not known
    std::optional<std::string> fallback_reason;  // why automatic did not take eBPF
    std::array<MetricPlan, metric_count> metrics;

    const MetricPlan& operator[](Metric metric) const { return metrics[static_cast<std::size_t>(metric)]; }
};

// Error: a source named by the user cannot work here; the message says why and what to do.
tl::expected<Plan, std::string> make_plan(const HostFacts& facts, const PlanOptions& options);

}  // namespace perfwrap
