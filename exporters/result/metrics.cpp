#include "exporters/result/metrics.hpp"

#include <algorithm>

namespace perfwrap {
namespace {

constexpr double mib = 1024.0 * 1024.0;

using enum Metric;
using enum Unit;
using enum Better;

constexpr std::array<MetricInfo, metric_count> catalogue{{
    {wall_seconds, "wall_seconds", seconds, lower, 0.005,
     "Elapsed monotonic time from the command's exec to its end; perfwrap's own set-up is not included"},
    {cpu_seconds, "cpu_seconds", seconds, lower, 0.005,
     "CPU time of every process and thread of the tree, ended or still running, including teardown"},
    {cpu_user_seconds, "cpu_user_seconds", seconds, lower, 0.005, "The part of cpu_seconds spent in user mode"},
    {cpu_system_seconds, "cpu_system_seconds", seconds, lower, 0.005, "The part of cpu_seconds spent in the kernel"},
    {cpu_cores_average, "cpu_cores_average", cores, neither, 0.05, "cpu_seconds divided by wall_seconds"},
    {rss_peak_bytes, "rss_peak_bytes", bytes, lower, mib,
     "Largest sum, at one moment, of the resident set sizes of all live processes; a page shared by two processes counts twice"},
    {rss_average_bytes, "rss_average_bytes", bytes, lower, mib, "Time-weighted mean of the resident sum over wall_seconds"},
    {rss_anon_peak_bytes, "rss_anon_peak_bytes", bytes, lower, mib, "Largest resident sum of anonymous pages"},
    {rss_file_peak_bytes, "rss_file_peak_bytes", bytes, lower, mib, "Largest resident sum of file-backed pages"},
    {rss_shmem_peak_bytes, "rss_shmem_peak_bytes", bytes, lower, mib, "Largest resident sum of shared-memory pages"},
    {largest_process_rss_peak_bytes, "largest_process_rss_peak_bytes", bytes, lower, mib,
     "Largest resident set size that a single process reached, from its own exec on"},
    {pss_peak_bytes, "pss_peak_bytes", bytes, lower, mib,
     "Largest sum of proportional set sizes: a page shared by n processes counts 1/n in each"},
    {pss_average_bytes, "pss_average_bytes", bytes, lower, mib, "Time-weighted mean of the sum of proportional set sizes"},
    {anon_peak_bytes, "anon_peak_bytes", bytes, lower, mib,
     "Largest amount of anonymous memory of the tree, shared and copy-on-write pages counted once"},
    {anon_average_bytes, "anon_average_bytes", bytes, lower, mib,
     "Time-weighted mean of the anonymous memory of the tree, shared and copy-on-write pages counted once"},
    {file_mapped_peak_bytes, "file_mapped_peak_bytes", bytes, lower, mib,
     "Largest amount of mapped file and shared-memory pages charged to the tree, each counted once"},
    {shmem_peak_bytes, "shmem_peak_bytes", bytes, lower, mib,
     "Largest amount of shared-memory and tmpfs pages charged to the tree, each counted once"},
    {cgroup_memory_peak_bytes, "cgroup_memory_peak_bytes", bytes, lower, mib,
     "Largest charge of the command's own memory cgroup, page cache and kernel memory included"},
    {swap_peak_bytes, "swap_peak_bytes", bytes, lower, mib,
     "Largest sum, at one moment, of the swapped-out private memory of all live processes; shared memory and tmpfs in swap are "
     "not counted"},
    {minor_faults, "minor_faults", count, lower, 1000, "Page faults served without reading storage"},
    {major_faults, "major_faults", count, lower, 10, "Page faults that had to read storage"},
    {voluntary_context_switches, "voluntary_context_switches", count, neither, 100, "Times a thread gave up its CPU to wait"},
    {involuntary_context_switches, "involuntary_context_switches", count, lower, 100,
     "Times the scheduler took the CPU from a running thread"},
    {run_queue_wait_seconds, "run_queue_wait_seconds", seconds, lower, 0.01,
     "Time that threads were ready to run but waited for a CPU, summed over threads"},
    {syscall_read_bytes, "syscall_read_bytes", bytes, lower, mib,
     "Bytes that read, pread, readv, sendfile and copy_file_range returned, from the page cache, pipes and sockets too; recv, "
     "splice, io_uring and mapped files are not counted"},
    {syscall_written_bytes, "syscall_written_bytes", bytes, lower, mib,
     "Bytes that write, pwrite, writev, sendfile and copy_file_range took, to the page cache, pipes and sockets too; send, "
     "splice, io_uring and mapped files are not counted"},
    {storage_read_bytes, "storage_read_bytes", bytes, lower, mib, "Bytes fetched from storage on behalf of the tree"},
    {storage_written_bytes, "storage_written_bytes", bytes, lower, mib,
     "Bytes that the tree gave to file systems to be sent to storage, now or later, less those of files that it truncated or "
     "removed before they were sent"},
    {processes_started, "processes_started", count, lower, 1, "Processes of the tree, the command itself included"},
    {processes_peak, "processes_peak", count, lower, 1,
     "Most processes at one moment; one that has ended counts until it is reaped"},
    {threads_started, "threads_started", count, lower, 1, "Threads of the tree, each process's first thread included"},
    {threads_peak, "threads_peak", count, lower, 1, "Most live threads at one moment"},
    {oom_kills, "oom_kills", count, lower, 0, "Processes of the tree that the kernel's out-of-memory killer chose"},
}};

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < catalogue.size(); ++i)
        if (static_cast<std::size_t>(catalogue[i].metric) != i) return false;
    return true;
}
static_assert(in_enum_order());

}  // namespace

std::span<const MetricInfo, metric_count> metric_catalogue() { return catalogue; }

const MetricInfo& metric_info(Metric metric) { return catalogue[static_cast<std::size_t>(metric)]; }

std::optional<Metric> find_metric(std::string_view key) {
    const auto row = std::ranges::find(catalogue, key, &MetricInfo::key);
    if (row == catalogue.end()) return std::nullopt;
    return row->metric;
}

std::string_view unit_name(Unit unit) {
    switch (unit) {
        case Unit::seconds: return "seconds";
        case Unit::bytes: return "bytes";
        case Unit::cores: return "cores";
        case Unit::count: return "count";
    }
    return "";
}

std::string_view better_name(Better better) {
    switch (better) {
        case Better::lower: return "lower";
        case Better::higher: return "higher";
        case Better::neither: return "neither";
    }
    return "";
}

}  // namespace perfwrap
