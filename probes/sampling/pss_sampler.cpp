#include "probes/sampling/pss_sampler.hpp"

#include <algorithm>
#include <utility>

#include "probes/sampling/pacing.hpp"
#include "probes/system/clock.hpp"

namespace perfwrap {
namespace {

constexpr PacingLimits limits{.finest_ns = 20'000'000, .backs_off_with_age = true, .cpu_budget = 0.005};
constexpr double spent_at_once_ns = 10'000'000;  // of CPU time, beyond the budget, while the tree grows

double ratio_of(const PageTables& memory) {
    return memory.rss_bytes > 0 ? static_cast<double>(memory.pss_bytes) / static_cast<double>(memory.rss_bytes) : 0;
}

}  // namespace

void PssSampler::start(std::uint64_t exec_ns) {
    *this = PssSampler(std::move(proc_));
    exec_ns_ = exec_ns;
    next_ns_ = exec_ns + limits.finest_ns / 4;
}

bool PssSampler::due(std::uint64_t now_ns, std::uint64_t rss_bytes) const {
    if (now_ns >= next_ns_) return true;
    const auto most_bytes = static_cast<double>(looks_.most_rss_bytes);
    if (looks_.looks == 0 || static_cast<double>(rss_bytes) < 1.4 * most_bytes) return false;
    const double cost_ns = static_cast<double>(last_cost_ns_) * static_cast<double>(rss_bytes) / std::max(most_bytes, 1.0);
    const auto age_ns = static_cast<double>(now_ns - std::min(now_ns, exec_ns_));
    return static_cast<double>(spent_ns_) + cost_ns <= spent_at_once_ns + limits.cpu_budget * age_ns;
}

bool PssSampler::still_holds(std::uint64_t now_ns, std::uint64_t activity) {
    if (std::exchange(activity_, activity) != activity || now_ns >= read_again_ns_) return false;
    if (looks_.looks > 0) ++looks_.moments;
    wait(now_ns, 0);
    return true;
}

void PssSampler::sample(std::uint64_t now_ns, std::span<const int> pids, double resident_byte_seconds) {
    const auto cpu_before_ns = thread_cpu_ns() + proc_.cpu_elsewhere_ns();
    parts_.clear();
    stuck_ = false;
    for (const int pid : pids)
        if (const auto part = read_process(pid)) parts_.push_back(*part);
    PageTables tree;
    for (const auto& part : parts_) {
        if (program_of(part.tid) != part.program) continue;
        tree.rss_bytes += part.memory.rss_bytes;
        tree.pss_bytes += part.memory.pss_bytes;
        tree.private_bytes += part.memory.private_bytes;
    }
    if (tree.rss_bytes > 0 && !stuck_) add(tree, resident_byte_seconds);
    last_cost_ns_ = thread_cpu_ns() + proc_.cpu_elsewhere_ns() - cpu_before_ns;
    spent_ns_ += last_cost_ns_;
    wait(now_ns, last_cost_ns_);
    constexpr std::uint64_t intervals_at_rest = 16;
    read_again_ns_ = now_ns + intervals_at_rest * (next_ns_ - now_ns);
}

void PssSampler::add(const PageTables& tree, double resident_byte_seconds) {
    const auto grown = std::max(resident_byte_seconds - looks_.resident_byte_seconds, 0.0);
    looks_.byte_seconds +=
        grown * ratio_of({.rss_bytes = last_.rss_bytes + tree.rss_bytes, .pss_bytes = last_.pss_bytes + tree.pss_bytes});
    looks_.resident_byte_seconds += grown;
    looks_.last_ratio = ratio_of(tree);
    looks_.most_pss_bytes = std::max(looks_.most_pss_bytes, tree.pss_bytes);
    if (tree.rss_bytes > looks_.most_rss_bytes) {
        looks_.most_rss_bytes = tree.rss_bytes;
        looks_.ratio_at_most = looks_.last_ratio;
        looks_.private_at_most = static_cast<double>(tree.private_bytes) / static_cast<double>(tree.rss_bytes);
    }
    last_ = tree;
    ++looks_.looks;
    ++looks_.moments;
}

// A first thread that has ended shows no memory, while others of the process live.
std::optional<PssSampler::Part> PssSampler::read_process(int pid) {
    auto part = read_thread(pid);
    if (part || stuck_) return part;
    for (const int tid : proc_.threads(pid))
        if (tid != pid && (part = read_thread(tid))) break;
    return part;
}

std::optional<PssSampler::Part> PssSampler::read_thread(int tid) {
    const auto program = program_of(tid);
    const auto memory = proc_.page_tables(tid);
    if (!memory && memory.error() == Unreadable::denied) looks_.denied = true;
    if (!memory && memory.error() == Unreadable::stuck) stuck_ = true;
    if (!program || !memory) return std::nullopt;
    return Part{tid, *program, *memory};
}

std::optional<PssSampler::Program> PssSampler::program_of(int tid) {
    const auto stat = proc_.stat(tid);
    if (!stat) return std::nullopt;
    return Program{stat->start_ticks, stat->arguments_address};
}

void PssSampler::wait(std::uint64_t now_ns, std::uint64_t cost_ns) {
    next_ns_ = now_ns + next_interval_ns(limits, now_ns - std::min(now_ns, exec_ns_), cost_ns);
}

}  // namespace perfwrap
