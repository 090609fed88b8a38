#include <unistd.h>

#include <atomic>
#include <latch>
#include <random>
#include <thread>
#include <vector>

#include "blocks.hpp"
#include "clocks.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

// A sum over threads and its maximum.
class RunningMaximum {
public:
    void add(std::size_t bytes) {
        const auto sum = sum_.fetch_add(bytes) + bytes;
        auto most = most_.load();
        while (sum > most && !most_.compare_exchange_weak(most, sum)) {
        }
    }
    void subtract(std::size_t bytes) { sum_.fetch_sub(bytes); }
    std::size_t most() const { return most_.load(); }

private:
    std::atomic<std::size_t> sum_ = 0;
    std::atomic<std::size_t> most_ = 0;
};

constexpr std::size_t step_bytes = 16 * page_bytes;
constexpr std::size_t most_per_thread_bytes = 32 * mib;

// `low` counts pages that are certainly resident, `high` those that may be: the true maximum is between the maxima of the two.
void grow_and_shrink(const Block& block, std::uint64_t end_ns, std::uint64_t seed, RunningMaximum& low, RunningMaximum& high) {
    std::mt19937_64 random(seed);
    std::size_t used = 0;
    while (now_ns(CLOCK_MONOTONIC) < end_ns) {
        const std::size_t target = random() % (most_per_thread_bytes / step_bytes) * step_bytes;
        for (; used < target; used += step_bytes) {
            high.add(step_bytes);
            block.touch(used, step_bytes);
            low.add(step_bytes);
        }
        for (; used > target; used -= step_bytes) {
            low.subtract(step_bytes);
            block.drop(used - step_bytes, step_bytes);
            high.subtract(step_bytes);
        }
    }
    low.subtract(used);
    block.drop(0, block.size());
    high.subtract(used);
}

}  // namespace

int memory_threads(const Arguments& arguments, Truth& truth) {
    const auto count = arguments.number(0, 8);
    const auto run_ns = milliseconds(arguments.number(1, 2000));
    const auto seed = static_cast<std::uint64_t>(arguments.number(2, 1));
    RunningMaximum low;
    RunningMaximum high;
    std::latch ready(count);
    std::latch start(1);
    std::vector<std::jthread> threads;
    for (long i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            const Block block(most_per_thread_bytes);
            ready.count_down();
            start.wait();
            grow_and_shrink(block, now_ns(CLOCK_MONOTONIC) + run_ns, seed * 1000 + static_cast<std::uint64_t>(i), low, high);
        });
    ready.wait();
    const auto others_at_least = resident(::getpid()).rss_bytes;
    start.count_down();
    for (auto& thread : threads) thread.join();
    const auto others_at_most = resident(::getpid()).rss_bytes;
    truth.add("rss_peak_low_bytes", low.most() + others_at_least);
    truth.add("rss_peak_high_bytes", high.most() + others_at_most);
    truth.add("threads_started", count + 1);
    truth.write();
    return 0;
}

}  // namespace workloads
