#include "probes/procfs/cpu_watch.hpp"

#include <utility>

#include "probes/system/clock.hpp"

namespace perfwrap {

CpuWatch::CpuWatch(int pid) {
    clockid_t clock{};
    if (::clock_getcpuclockid(pid, &clock) == 0) clock_ = clock;
}

std::uint64_t CpuWatch::cpu_ns() const { return clock_ ? clock_ns(*clock_) : 0; }

bool CpuWatch::at_rest(std::uint64_t now_ns) {
    const auto cpu_ns = this->cpu_ns();
    if (cpu_ns == 0 || std::exchange(last_cpu_ns_, cpu_ns) != cpu_ns) {
        ran_ns_ = now_ns;
        return false;
    }
    return now_ns >= ran_ns_ + settling_ns;
}

}  // namespace perfwrap
