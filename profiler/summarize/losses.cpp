#include "profiler/summarize/losses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace perfwrap {
namespace {

using enum Metric;

constexpr std::array usage{
    cpu_seconds,           cpu_user_seconds,           cpu_system_seconds,           cpu_cores_average,      minor_faults,
    major_faults,          voluntary_context_switches, involuntary_context_switches, run_queue_wait_seconds, syscall_read_bytes,
    syscall_written_bytes, storage_read_bytes,         storage_written_bytes};
constexpr std::array resident{rss_peak_bytes,      rss_average_bytes,    rss_anon_peak_bytes,
                              rss_file_peak_bytes, rss_shmem_peak_bytes, largest_process_rss_peak_bytes,
                              swap_peak_bytes};
constexpr std::array proportional_sizes{pss_peak_bytes, pss_average_bytes};
constexpr std::array physical{anon_peak_bytes, anon_average_bytes, file_mapped_peak_bytes, shmem_peak_bytes};
constexpr std::array counts{processes_started, processes_peak, threads_started, threads_peak, oom_kills};
constexpr std::array reaping{processes_peak};
constexpr std::array maxima{rss_peak_bytes,      rss_anon_peak_bytes,
                            rss_file_peak_bytes, rss_shmem_peak_bytes,
                            swap_peak_bytes,     largest_process_rss_peak_bytes,
                            anon_peak_bytes,     file_mapped_peak_bytes,
                            shmem_peak_bytes,    processes_peak,
                            threads_peak};

template <std::size_t... N>
constexpr auto all_of(const std::array<Metric, N>&... groups) {
    std::array<Metric, (N + ...)> all{};
    auto* end = all.begin();
    ((end = std::ranges::copy(groups, end).out), ...);
    return all;
}

constexpr auto of_a_process = all_of(usage, resident, proportional_sizes, counts);
constexpr auto of_an_address_space = all_of(resident, proportional_sizes);
constexpr auto of_an_event = all_of(usage, resident, physical, counts);

constexpr std::array<LossInfo, loss_count> losses{{
    {Loss::unfollowed_processes, "unfollowed_processes", "processes that started while the table of processes was full",
     Doubt::too_low, of_a_process},
    {Loss::unwatched_reapings, "unwatched_reapings", "ended processes whose reaping could not be watched", Doubt::too_low,
     reaping},
    {Loss::unread_teardowns, "unread_teardowns", "threads that could not be read after their exit", Doubt::too_low, usage},
    {Loss::untracked_spaces, "untracked_spaces", "address spaces that were new while the table of them was full", Doubt::too_low,
     of_an_address_space},
    {Loss::unbalanced_spaces, "unbalanced_spaces", "address spaces that did not end empty", Doubt::either_way, resident},
    {Loss::unraised_maxima, "unraised_maxima", "maxima that too many CPUs raised at once", Doubt::too_low, maxima},
    {Loss::skipped_programs, "skipped_programs", "events for which the kernel skipped perfwrap's programs", Doubt::either_way,
     of_an_event},
    {Loss::inconsistent_views, "inconsistent_views", "totals that were read while processes kept ending", Doubt::either_way,
     usage},
    {Loss::process_rows, "process_rows", "rows of the process table that did not fit into the buffers", Doubt::none, {}},
    {Loss::malformed_records, "malformed_records", "records that could not be read", Doubt::none, {}},
    {Loss::timeline_gaps, "timeline_gaps", "gaps in the timeline, of which only mean and maximum are known", Doubt::none, {}},
    {Loss::impossible_times, "impossible_times", "runs that ended before they began, by the clock", Doubt::none, {}},
    {Loss::unseen_command, "unseen_command", "commands whose start was not seen", Doubt::none, {}},
}};

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < losses.size(); ++i)
        if (static_cast<std::size_t>(losses[i].loss) != i) return false;
    return true;
}
static_assert(in_enum_order());

bool touches(const LossInfo& info, Metric metric) { return std::ranges::find(info.touched, metric) != info.touched.end(); }

}  // namespace

std::span<const LossInfo> loss_catalogue() { return losses; }

bool has_length(const Recording& recording) { return recording.end_ns > recording.exec_ns; }

Losses losses_of(std::span<const Recording> recordings) {
    Losses all;
    for (const auto& recording : recordings) {
        all += recording.seen.lost;
        if (!has_length(recording)) ++all[Loss::impossible_times];
    }
    return all;
}

std::map<std::string, std::uint64_t> by_kind(const Losses& lost) {
    std::map<std::string, std::uint64_t> kinds;
    for (const auto& info : losses)
        if (lost[info.loss] != 0) kinds.emplace(info.key, lost[info.loss]);
    return kinds;
}

std::string in_words(const Losses& lost) {
    std::vector<std::string> words;
    for (const auto& info : losses)
        if (lost[info.loss] != 0) words.push_back(fmt::format("{} {}", lost[info.loss], info.what));
    return fmt::format("{}", fmt::join(words, ", "));
}

MetricSource in_doubt(MetricSource source, Metric metric, const Losses& lost) {
    Losses touching;
    auto doubt = Doubt::none;
    for (const auto& info : losses) {
        if (lost[info.loss] == 0 || !touches(info, metric)) continue;
        touching[info.loss] = lost[info.loss];
        doubt = std::max(doubt, info.doubt);
    }
    if (doubt == Doubt::none) return source;
    // A sampled value promises nothing that a lost event could break.
    if (source.accuracy.kind != AccuracyKind::sampled)
        source.accuracy = bounded_by(doubt == Doubt::too_low ? BoundCause::lost_events : BoundCause::inconsistent_events);
    source.note = fmt::format("{}{}lost: {}", source.note, source.note.empty() ? "" : "; ", in_words(touching));
    return source;
}

}  // namespace perfwrap
