#include "probes/recording/process_table.hpp"

#include <algorithm>
#include <tuple>

#include "probes/recording/command_name.hpp"
#include "probes/recording/family.hpp"
#include "probes/recording/recorded_command.hpp"

namespace perfwrap {
namespace {

std::tuple<std::uint64_t, std::uint64_t> cost(const ProcessFacts& process) {
    return {process.cpu_ns(), process.rss_peak_bytes.value_or(0)};
}

bool costs_more(const ProcessFacts& a, const ProcessFacts& b) { return cost(a) > cost(b); }

}  // namespace

bool ProcessTable::would_keep(int pid, std::uint64_t cpu_ns, std::uint64_t rss_peak_bytes) const {
    if (heap_.size() < limit_) return true;
    return limit_ > 0 && (std::tuple{cpu_ns, rss_peak_bytes} > cost(heap_.front()) || children_.contains(pid));
}

void ProcessTable::add(ProcessFacts process) {
    if (process.program.empty()) process.program = program_name(process.command);
    programs_.add(process.program,
                  {.processes = 1, .cpu_ns = process.cpu_ns(), .rss_peak_bytes = process.rss_peak_bytes.value_or(0)});
    if (limit_ == 0) return;

    if (commands_bytes_ + memory_bytes(process.command) > command_bytes) shorten(process.command, short_command_bytes);
    commands_bytes_ += memory_bytes(process.command);
    if (process.parent_in_tree) ++children_[process.parent_pid];
    if (heap_.size() == limit_) {
        if (!costs_more(process, heap_.front())) return let_wait(std::move(process));
        std::ranges::pop_heap(heap_, costs_more);
        let_wait(std::move(heap_.back()));
        heap_.pop_back();
    }
    heap_.push_back(std::move(process));
    std::ranges::push_heap(heap_, costs_more);
}

void ProcessTable::all_ended_by(std::uint64_t end_ns) {
    const auto by_then = [end_ns](ProcessFacts& process) {
        if (process.end_ns) process.end_ns = std::min(*process.end_ns, end_ns);
    };
    std::ranges::for_each(heap_, by_then);
    std::ranges::for_each(waiting_, by_then);
}

// Of those that wait, the oldest goes, unless it has children here.
void ProcessTable::let_wait(ProcessFacts process) {
    waiting_.push_back(std::move(process));
    if (waiting_.size() <= waiting_rows) return;
    constexpr int tries = 8;
    for (int i = 0; i < tries && children_.contains(waiting_.front().pid); ++i) {
        waiting_.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    const auto& gone = waiting_.front();
    commands_bytes_ -= memory_bytes(gone.command);
    if (const auto siblings = children_.find(gone.parent_pid); gone.parent_in_tree && --siblings->second == 0)
        children_.erase(siblings);
    waiting_.pop_front();
}

std::vector<ProcessFacts> ProcessTable::sorted() const {
    auto rows = heap_;
    rows.insert(rows.end(), waiting_.begin(), waiting_.end());
    std::ranges::stable_sort(rows, costs_more);
    return with_ancestors(rows, limit_);
}

}  // namespace perfwrap
