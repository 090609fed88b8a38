// The kernel side's clock and perfwrap's own are both CLOCK_MONOTONIC, but the kernel side's is that of the host: in a time
// namespace perfwrap's is ahead or behind by a constant.
#pragma once

#include <cstdint>
#include <span>

namespace perfwrap {

// What the kernel side's clock said, and what perfwrap's said before and after it.
struct ClockReading {
    std::uint64_t before_ns = 0;
    std::uint64_t kernel_ns = 0;
    std::uint64_t after_ns = 0;
};

class KernelClock {
public:
    KernelClock() = default;

    // From the quickest reading, since perfwrap may have to wait for a CPU in the middle of one. If the kernel side's time lies
    // between the other two, the clocks are the same.
    explicit KernelClock(std::span<const ClockReading> readings) {
        std::uint64_t least_ns = ~std::uint64_t{0};
        for (const auto& [before_ns, kernel_ns, after_ns] : readings) {
            if (after_ns - before_ns >= least_ns) continue;
            least_ns = after_ns - before_ns;
            const bool same = before_ns <= kernel_ns && kernel_ns <= after_ns;
            ahead_ns_ = same ? 0 : before_ns + least_ns / 2 - kernel_ns;
        }
    }

    // The moment by perfwrap's clock; 0, which stands for "not yet", remains 0.
    std::uint64_t own(std::uint64_t kernel_ns) const { return kernel_ns == 0 ? 0 : kernel_ns + ahead_ns_; }

private:
    std::uint64_t ahead_ns_ = 0;  // wraps around if perfwrap's clock is behind
};

}  // namespace perfwrap
