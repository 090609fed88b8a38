// The table of ways: how each metric is measured in either mode, what that needs, and what bounds its value. The facts of a host
// come in only in plan.
#pragma once

#include <cstdint>
#include <string_view>

#include "exporters/result/accuracy.hpp"
#include "exporters/result/metrics.hpp"

namespace perfwrap {

enum class Mode : std::uint8_t { ebpf, procfs };
enum class Source : std::uint8_t { clock, ebpf, procfs, cgroup };

// What a way of measuring needs beyond its mode.
enum class Need : std::uint8_t { nothing, ebpf, process_io, smaps_rollup, own_cgroup, cgroup_peak, ebpf_or_own_cgroup };

// What bounds a value; the bound itself depends on the host.
enum class Limit : std::uint8_t {
    none,
    clock_ticks,
    unseen_children,
    charge_batch,
    counter_batch,
    three_counter_batches,
    late_faults
};

struct Way {
    Source source;
    AccuracyKind accuracy;
    std::string_view note;
    Need need = Need::nothing;
    Limit limit = Limit::none;
    bool from_rss_counters = false;  // what older kernels report late
    bool physical = false;           // a figure of the cgroup that newer kernels report at every change
};

// What selects a metric's way.
struct Circumstances {
    Mode mode = Mode::procfs;
    bool every_memory_event = false;  // --exact-memory: every change that the kernel reports is followed, whatever its size
    bool physical_memory = false;     // --exact-memory, where the kernel reports changes of a cgroup's figures (Linux 6.13)
    bool late_faults = false;         // the kernel's memory counters learn of page faults late (before Linux 6.2)
};

const Way& way_of(Metric metric, const Circumstances& circumstances);

std::string_view mode_name(Mode mode);
std::string_view source_name(Source source);

}  // namespace perfwrap
