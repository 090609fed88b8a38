#include "probes/sampling/pss_sampler.hpp"

#include <algorithm>
#include <utility>

#include "probes/sampling/pacing.hpp"
#include "probes/system/clock.hpp"

namespace perfwrap {
namespace {

constexpr PacingLimits limits{.finest_ns = 20'000'000, .backs_off_with_age = true, .cpu_budget = 0.005};

}  // namespace

void PssSampler::start(std::uint64_t exec_ns) {
    *this = PssSampler(std::move(proc_));
    exec_ns_ = exec_ns;
    next_ns_ = exec_ns + limits.finest_ns;
}

bool PssSampler::still_holds(std::uint64_t now_ns, std::uint64_t activity) {
    if (std::exchange(activity_, activity) != activity || now_ns >= read_again_ns_) return false;
    sum_.add(now_ns, bytes_);
    wait(now_ns, 0);
    return true;
}

void PssSampler::sample(std::uint64_t now_ns, std::span<const int> pids) {
    const auto cpu_before_ns = thread_cpu_ns();
    parts_.clear();
    for (const int pid : pids) {
        const auto program = program_of(pid);
        const auto pss = proc_.pss_bytes(pid);
        if (program && pss)
            parts_.push_back({pid, *program, *pss});
        else if (!pss && pss.error() == Unreadable::denied)
            denied_ = true;
    }
    bytes_ = 0;
    for (const auto& part : parts_)
        if (program_of(part.pid) == part.program) bytes_ += part.bytes;
    sum_.add(now_ns, bytes_);
    ++samples_;
    wait(now_ns, thread_cpu_ns() - cpu_before_ns);
    constexpr std::uint64_t intervals_at_rest = 16;
    read_again_ns_ = now_ns + intervals_at_rest * (next_ns_ - now_ns);
}

std::optional<PssSampler::Program> PssSampler::program_of(int pid) {
    const auto stat = proc_.stat(pid);
    if (!stat) return std::nullopt;
    return Program{stat->start_ticks, stat->arguments_address};
}

void PssSampler::wait(std::uint64_t now_ns, std::uint64_t cost_ns) {
    next_ns_ = now_ns + next_interval_ns(limits, now_ns - std::min(now_ns, exec_ns_), cost_ns);
}

std::optional<MemoryOverTime> PssSampler::total(std::uint64_t end_ns) const {
    if (denied_) return std::nullopt;
    auto sum = sum_;
    sum.hold_until(end_ns);
    auto total = sum.total();
    if (total) total->samples = samples_;
    return total;
}

}  // namespace perfwrap
