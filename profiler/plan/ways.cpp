#include "profiler/plan/ways.hpp"

#include <array>

namespace perfwrap {
namespace {

struct Row {
    Metric metric;
    Way ebpf;
    Way procfs;
};

constexpr std::string_view waited_note =
    "never too high; as wait4 reports it for a process that is waited for, which lacks the last moments of each thread, and up "
    "to "
    "its last sample for one whose parent ignores SIGCHLD";
constexpr std::string_view divided_note = "the kernel divides cpu_seconds by what its ticks saw";
constexpr std::string_view followed_note = "at most a batch of pages per CPU too high where threads fault together";
constexpr std::string_view batches_note = "the kernel counts pages in batches on each CPU";
constexpr std::string_view late_note =
    "before Linux 6.2 a thread reports its page faults only once there are more than 64; each is one page, or up to 16 pages of "
    "a file";
constexpr std::string_view sampled_note = "misses what comes and goes between samples; at most 4 % of a core";
constexpr std::string_view seldom_note = "the resident size times a ratio that is looked at seldom; at most 0.5 % of a core";

constexpr Way clock_time{Source::clock, AccuracyKind::exact, ""};
constexpr Way counted{Source::ebpf, AccuracyKind::exact, ""};
constexpr Way divided{Source::ebpf, AccuracyKind::bounded, divided_note, Need::nothing, Limit::clock_ticks};
constexpr Way waited_and_divided{Source::procfs, AccuracyKind::bounded, divided_note, Need::nothing, Limit::clock_ticks};
constexpr Way waited{Source::procfs, AccuracyKind::bounded, waited_note, Need::nothing, Limit::unseen_children};
constexpr Way waited_io{Source::procfs, AccuracyKind::bounded, waited_note, Need::process_io, Limit::unseen_children};
constexpr Way followed{Source::ebpf, AccuracyKind::exact, followed_note, Need::nothing, Limit::none, true};
constexpr Way followed_in_batches{Source::ebpf, AccuracyKind::bounded, batches_note, Need::nothing, Limit::counter_batch, true};
constexpr Way followed_in_sum{Source::ebpf,  AccuracyKind::bounded,        batches_note,
                              Need::nothing, Limit::three_counter_batches, true};
constexpr Way followed_late{Source::ebpf, AccuracyKind::bounded, late_note, Need::nothing, Limit::late_faults};
constexpr Way seen_in_proc{Source::procfs, AccuracyKind::sampled, sampled_note};
constexpr Way seen_in_smaps{Source::procfs, AccuracyKind::sampled, seldom_note, Need::smaps_rollup};
constexpr Way charged{Source::cgroup, AccuracyKind::bounded, "the kernel charges ahead", Need::cgroup_peak, Limit::charge_batch};
constexpr Way only_ebpf{Source::ebpf, AccuracyKind::exact, "", Need::ebpf};
constexpr Way killed_in_cgroup{Source::cgroup, AccuracyKind::exact, "", Need::ebpf_or_own_cgroup};
constexpr Way physical{Source::ebpf, AccuracyKind::exact, "the kernel's own figure for the command's cgroup", Need::own_cgroup};
constexpr Way seen_in_cgroup{
    .source = Source::cgroup,
    .accuracy = AccuracyKind::sampled,
    .note = "the kernel's own figure for the command's cgroup; misses what comes and goes between samples",
    .need = Need::own_cgroup,
    .physical = true};

using enum Metric;

// How each metric is measured in eBPF mode and in procfs mode, in the catalogue's order. A new metric is one row.
constexpr std::array<Row, metric_count> ways{{
    {wall_seconds, clock_time, clock_time},
    {cpu_seconds, counted, waited},
    {cpu_user_seconds, divided, waited_and_divided},
    {cpu_system_seconds, divided, waited_and_divided},
    {cpu_cores_average, counted, waited},
    {rss_peak_bytes, followed, seen_in_proc},
    {rss_average_bytes, followed_in_sum, seen_in_proc},
    {rss_anon_peak_bytes, followed_in_batches, seen_in_proc},
    {rss_file_peak_bytes, followed_in_batches, seen_in_proc},
    {rss_shmem_peak_bytes, followed_in_batches, seen_in_proc},
    {largest_process_rss_peak_bytes, followed_in_sum, seen_in_proc},
    {pss_peak_bytes, seen_in_smaps, seen_in_smaps},
    {pss_average_bytes, seen_in_smaps, seen_in_smaps},
    {anon_peak_bytes, seen_in_cgroup, seen_in_cgroup},
    {anon_average_bytes, seen_in_cgroup, seen_in_cgroup},
    {file_mapped_peak_bytes, seen_in_cgroup, seen_in_cgroup},
    {shmem_peak_bytes, seen_in_cgroup, seen_in_cgroup},
    {cgroup_memory_peak_bytes, charged, charged},
    {swap_peak_bytes, followed_in_batches, seen_in_proc},
    {minor_faults, counted, waited},
    {major_faults, counted, waited},
    {voluntary_context_switches, counted, waited},
    {involuntary_context_switches, counted, waited},
    {run_queue_wait_seconds, counted, only_ebpf},
    {syscall_read_bytes, counted, waited_io},
    {syscall_written_bytes, counted, waited_io},
    {storage_read_bytes, counted, waited_io},
    {storage_written_bytes, counted, waited_io},
    {processes_started, counted, only_ebpf},
    {processes_peak, counted, seen_in_proc},
    {threads_started, counted, only_ebpf},
    {threads_peak, counted, seen_in_proc},
    {oom_kills, counted, killed_in_cgroup},
}};

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < ways.size(); ++i)
        if (static_cast<std::size_t>(ways[i].metric) != i) return false;
    return true;
}
static_assert(in_enum_order());

}  // namespace

const Way& way_of(Metric metric, const Circumstances& circumstances) {
    const auto& row = ways[static_cast<std::size_t>(metric)];
    const Way& way = circumstances.mode == Mode::ebpf ? row.ebpf : row.procfs;
    if (way.physical && circumstances.physical_memory) return physical;
    if (circumstances.late_faults && way.from_rss_counters) return followed_late;
    const bool in_batches = way.limit == Limit::counter_batch || way.limit == Limit::three_counter_batches;
    return in_batches && circumstances.every_memory_event ? followed : way;
}

std::string_view mode_name(Mode mode) { return mode == Mode::ebpf ? "ebpf" : "procfs"; }

std::string_view source_name(Source source) {
    switch (source) {
        case Source::clock: return "clock";
        case Source::ebpf: return "ebpf";
        case Source::procfs: return "procfs";
        case Source::cgroup: return "cgroup";
    }
    return "";
}

}  // namespace perfwrap
