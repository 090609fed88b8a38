// The metric catalogue: the one table from which exporters, help texts, the plan and the README take names, units and meanings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace perfwrap {

// In the order in which they are shown. The catalogue in metrics.cpp has one row for each, in the same order.
enum class Metric : std::uint8_t {
    wall_seconds,
    cpu_seconds,
    cpu_user_seconds,
    cpu_system_seconds,
    cpu_cores_average,
    rss_peak_bytes,
    rss_average_bytes,
    rss_anon_peak_bytes,
    rss_file_peak_bytes,
    rss_shmem_peak_bytes,
    largest_process_rss_peak_bytes,
    pss_peak_bytes,
    pss_average_bytes,
    anon_peak_bytes,
    anon_average_bytes,
    file_mapped_peak_bytes,
    shmem_peak_bytes,
    cgroup_memory_peak_bytes,
    swap_peak_bytes,
    minor_faults,
    major_faults,
    voluntary_context_switches,
    involuntary_context_switches,
    run_queue_wait_seconds,
    syscall_read_bytes,
    syscall_written_bytes,
    storage_read_bytes,
    storage_written_bytes,
    processes_started,
    processes_peak,
    threads_started,
    threads_peak,
    oom_kills,
};

inline constexpr std::size_t metric_count = static_cast<std::size_t>(Metric::oom_kills) + 1;

enum class Unit : std::uint8_t { seconds, bytes, cores, count };

enum class Better : std::uint8_t { lower, higher, neither };

struct MetricInfo {
    Metric metric;
    std::string_view key;
    Unit unit;
    Better better;
    // The smallest difference worth reporting, in the metric's unit: two runs that differ by less count as equal.
    double noise_floor;
    // One sentence without a full stop, also used as Prometheus HELP text.
    std::string_view meaning;
};

std::span<const MetricInfo, metric_count> metric_catalogue();

const MetricInfo& metric_info(Metric metric);

std::optional<Metric> find_metric(std::string_view key);

// One value for every metric; a metric that was not measured has none. Seconds, bytes and counts are held as double:
// whole numbers are exact up to 2^53.
class MetricValues {
public:
    std::optional<double>& operator[](Metric metric) { return values_[static_cast<std::size_t>(metric)]; }
    const std::optional<double>& operator[](Metric metric) const { return values_[static_cast<std::size_t>(metric)]; }

    bool operator==(const MetricValues&) const = default;

private:
    std::array<std::optional<double>, metric_count> values_{};
};

// True for units whose values are whole numbers.
constexpr bool is_whole(Unit unit) { return unit == Unit::bytes || unit == Unit::count; }

std::string_view unit_name(Unit unit);
std::string_view better_name(Better better);

}  // namespace perfwrap
