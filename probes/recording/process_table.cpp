#include "probes/recording/process_table.hpp"

#include <algorithm>
#include <tuple>

#include "probes/recording/recorded_command.hpp"

namespace perfwrap {
namespace {

std::tuple<std::uint64_t, std::uint64_t> cost(const ProcessFacts& process) {
    return {process.cpu_ns(), process.rss_peak_bytes.value_or(0)};
}

bool costs_more(const ProcessFacts& a, const ProcessFacts& b) { return cost(a) > cost(b); }

}  // namespace

bool ProcessTable::would_keep(std::uint64_t cpu_ns, std::uint64_t rss_peak_bytes) const {
    if (heap_.size() < limit_) return true;
    return limit_ > 0 && std::tuple{cpu_ns, rss_peak_bytes} > cost(heap_.front());
}

void ProcessTable::add(ProcessFacts process) {
    if (!would_keep(process.cpu_ns(), process.rss_peak_bytes.value_or(0))) {
        ++dropped_count_;
        dropped_cpu_ns_ += process.cpu_ns();
        return;
    }
    if (heap_.size() == limit_) {
        std::ranges::pop_heap(heap_, costs_more);
        ++dropped_count_;
        dropped_cpu_ns_ += heap_.back().cpu_ns();
        commands_bytes_ -= memory_bytes(heap_.back().command);
        heap_.pop_back();
    }
    if (commands_bytes_ + memory_bytes(process.command) > command_bytes) shorten(process.command, short_command_bytes);
    commands_bytes_ += memory_bytes(process.command);
    heap_.push_back(std::move(process));
    std::ranges::push_heap(heap_, costs_more);
}

void ProcessTable::all_ended_by(std::uint64_t end_ns) {
    for (auto& process : heap_)
        if (process.end_ns) process.end_ns = std::min(*process.end_ns, end_ns);
}

std::vector<ProcessFacts> ProcessTable::sorted() const {
    auto rows = heap_;
    std::ranges::stable_sort(rows, costs_more);
    return rows;
}

}  // namespace perfwrap
