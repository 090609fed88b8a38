#include "probes/procfs/tree_samples.hpp"

#include <algorithm>
#include <utility>

namespace perfwrap {

void TreeSamples::add(std::uint64_t at_ns, std::span<const TrackedProcess> processes, std::uint64_t tree_cpu_ns) {
    Sums now;
    for (const auto& process : processes) {
        if (process.foreign) continue;
        now.memory.anon_bytes += process.memory.anon_bytes;
        now.memory.file_bytes += process.memory.file_bytes;
        now.memory.shmem_bytes += process.memory.shmem_bytes;
        now.memory.swap_bytes += process.memory.swap_bytes;
        ++now.processes;
        now.threads += process.threads;
    }
    const auto raise = [](auto& peak, const auto& value) { peak = std::max(peak, value); };
    raise(peaks_.memory.anon_bytes, now.memory.anon_bytes);
    raise(peaks_.memory.file_bytes, now.memory.file_bytes);
    raise(peaks_.memory.shmem_bytes, now.memory.shmem_bytes);
    raise(peaks_.memory.swap_bytes, now.memory.swap_bytes);
    raise(peaks_.processes, now.processes);
    raise(peaks_.threads, now.threads);

    const auto peak_before = rss_.peak_bytes();
    rss_.add(at_ns, now.memory.rss_bytes());
    if (rss_.peak_bytes() > peak_before) {
        peak_at_ns_ = at_ns;
        holders_.clear();
        for (const auto& process : processes)
            if (!process.foreign && process.memory.rss_bytes() > 0)
                holders_.push_back({process.pid, process.command, process.memory.rss_bytes()});
    }
    for (const auto& process : processes)
        if (!process.foreign) raise_peak(at_ns, process, process.rss_peak_bytes);
    add_bucket(at_ns, now, tree_cpu_ns);
}

void TreeSamples::raise_peak(std::uint64_t at_ns, const TrackedProcess& process, std::uint64_t bytes) {
    if (bytes <= rss_.peak_bytes()) return;
    raise_peak(bytes);
    peak_at_ns_ = at_ns;
    holders_.assign(1, {process.pid, process.command, bytes});
}

void TreeSamples::raise_peak(std::uint64_t bytes) {
    if (bytes <= rss_.peak_bytes()) return;
    rss_.raise_peak(bytes);
    raised_bytes_ = bytes;
}

void TreeSamples::add_bucket(std::uint64_t at_ns, const Sums& now, std::uint64_t tree_cpu_ns) {
    ++count_;
    if (!any_) {
        any_ = true;
        first_ns_ = last_ns_ = at_ns;
    } else if (at_ns > last_ns_) {
        const auto length_ns = at_ns - last_ns_;
        const auto before_bytes = last_.memory.rss_bytes();
        const auto now_bytes = now.memory.rss_bytes();
        // The CPU time of waited-for children is known in whole ticks: what exceeds the capacity of the CPUs goes to later
        // buckets.
        const auto cpu_ns = std::min(tree_cpu_ns - std::min(tree_cpu_ns, shown_cpu_ns_), cpus_ * length_ns);
        shown_cpu_ns_ += cpu_ns;
        timeline_.add({
            .start_ns = last_ns_,
            .length_ns = length_ns,
            .rss_max_bytes = std::max({before_bytes, now_bytes, std::exchange(raised_bytes_, 0)}),
            .rss_mean_bytes = (static_cast<double>(before_bytes) + static_cast<double>(now_bytes)) / 2,
            .cpu_ns = cpu_ns,
            .processes_max = std::max(last_.processes, now.processes),
        });
        last_ns_ = at_ns;
    }
    last_ = now;
}

void TreeSamples::close(std::uint64_t end_ns, std::uint64_t tree_cpu_ns) {
    if (!any_) return;
    rss_.hold_until(end_ns);
    peak_at_ns_ = std::min(peak_at_ns_, end_ns);  // a process tells its peak when it is reaped
    add_bucket(end_ns, last_, tree_cpu_ns);
    timeline_.fill_cpu(timeline_.cut(end_ns, static_cast<double>(last_.memory.rss_bytes())), cpus_);
}

void TreeSamples::observe(Observation& seen, std::size_t holders) const {
    seen.timeline = timeline_;
    if (!any_) return;
    seen.totals.processes_peak = peaks_.processes;
    // A process that was only seen as a zombie had at least one thread.
    seen.totals.threads_peak = std::max(peaks_.threads, std::min(peaks_.processes, 1U));
    if (count_ > 1)
        seen.mean_interval_seconds = static_cast<double>(last_ns_ - first_ns_) / 1e9 / static_cast<double>(count_ - 1);
    seen.memory.rss = rss_.total();
    if (peaks_.memory.rss_bytes() > 0) {
        seen.memory.rss_anon_peak_bytes = peaks_.memory.anon_bytes;
        seen.memory.rss_file_peak_bytes = peaks_.memory.file_bytes;
        seen.memory.rss_shmem_peak_bytes = peaks_.memory.shmem_bytes;
        seen.memory.swap_peak_bytes = peaks_.memory.swap_bytes;
    }

    auto sorted = holders_;
    std::ranges::stable_sort(sorted, std::ranges::greater{}, &Holder::rss_bytes);
    if (sorted.size() > holders) sorted.resize(holders);
    PeakMoment peak{.at_ns = peak_at_ns_, .holders = {}};
    std::size_t commands_bytes = 0;
    for (const auto& holder : sorted) {
        auto command = *holder.command;
        if (commands_bytes + memory_bytes(command) > ProcessTable::command_bytes)
            shorten(command, ProcessTable::short_command_bytes);
        commands_bytes += memory_bytes(command);
        peak.holders.push_back({holder.pid, std::move(command), holder.rss_bytes});
    }
    if (!peak.holders.empty()) seen.peak = std::move(peak);
}

}  // namespace perfwrap
