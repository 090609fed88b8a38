#include <unistd.h>

#include <algorithm>

#include "blocks.hpp"
#include "clocks.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

// The workload's own integral over time, by trapezoids: growing and shrinking take time too.
class ClockedBlock {
public:
    explicit ClockedBlock(std::size_t most_bytes) : block_(most_bytes), began_ns_(now_ns(CLOCK_MONOTONIC)), last_ns_(began_ns_) {}

    void grow_to(std::size_t bytes) {
        while (used_ < bytes) {
            const auto step = std::min(step_bytes, bytes - used_);
            block_.touch(used_, step);
            advance(used_ + step);
        }
    }
    void shrink_to(std::size_t bytes) {
        while (used_ > bytes) {
            const auto step = std::min(step_bytes, used_ - bytes);
            block_.drop(used_ - step, step);
            advance(used_ - step);
        }
    }
    void hold(std::uint64_t nanoseconds) {
        sleep_ns(nanoseconds);
        advance(used_);
    }
    double average_bytes() const { return byte_seconds_ / observed_seconds(); }
    double observed_seconds() const { return seconds(last_ns_ - began_ns_); }

private:
    static constexpr std::size_t step_bytes = 64 * page_bytes;

    void advance(std::size_t used_now) {
        const auto now = now_ns(CLOCK_MONOTONIC);
        byte_seconds_ += static_cast<double>(used_ + used_now) / 2 * seconds(now - last_ns_);
        used_ = used_now;
        last_ns_ = now;
    }

    Block block_;
    std::uint64_t began_ns_;
    std::uint64_t last_ns_;
    std::size_t used_ = 0;
    double byte_seconds_ = 0;
};

}  // namespace

int memory_profile(const Arguments& arguments, Truth& truth) {
    const auto high_bytes = static_cast<std::size_t>(arguments.number(0, 200)) * mib;
    const auto low_bytes = static_cast<std::size_t>(arguments.number(2, 50)) * mib;
    const auto own = resident(::getpid());
    ClockedBlock block(high_bytes);
    block.grow_to(high_bytes);
    block.hold(milliseconds(arguments.number(1, 300)));
    block.shrink_to(low_bytes);
    block.hold(milliseconds(arguments.number(3, 900)));
    block.shrink_to(0);
    truth.add("rss_peak_bytes", own.rss_bytes + high_bytes);
    truth.add("rss_average_bytes", static_cast<double>(own.rss_bytes) + block.average_bytes());
    truth.add("anon_average_bytes", static_cast<double>(own.pss_anon_bytes) + block.average_bytes());
    truth.add("wall_seconds_at_least", block.observed_seconds());
    truth.add("rss_bytes_outside", own.rss_bytes);
    truth.write();
    return 0;
}

}  // namespace workloads
