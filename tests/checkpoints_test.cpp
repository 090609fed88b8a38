#include "profiler/checkpoints.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <new>

#include "profiler/clock.hpp"

using namespace perfwrap;
using namespace std::chrono_literals;

namespace {

void burn_cpu(std::uint64_t ns) {
    const auto until = thread_cpu_ns() + ns;
    while (thread_cpu_ns() < until) {
    }
}

void wait_until_ready(Checkpoints& checkpoints) {
    while (!checkpoints.ready(~std::uint64_t{0})) std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("checkpoints come as often as asked, unless they are dear") {
    const Checkpoints checkpoints(30s, [](const Recording&) {});
    constexpr std::uint64_t second = 1'000'000'000;
    CHECK(checkpoints.next_ns(100 * second, 0) == 130 * second);
    CHECK(checkpoints.next_ns(100 * second, second) == 130 * second);
    CHECK(checkpoints.next_ns(100 * second, 2 * second) == 140 * second);
}

TEST_CASE("what is given is kept, one after the other, and the last before the end") {
    std::vector<std::uint64_t> kept;
    {
        Checkpoints checkpoints(1ms, [&](const Recording& so_far) { kept.push_back(so_far.end_ns); });
        for (const std::uint64_t end_ns : {1, 2, 3}) {
            Recording so_far;
            so_far.end_ns = end_ns;
            checkpoints.keep(std::move(so_far));
            wait_until_ready(checkpoints);
        }
    }
    CHECK(kept == std::vector<std::uint64_t>{1, 2, 3});
}

TEST_CASE("a checkpoint that is being kept keeps the next one waiting, and rests from its work") {
    constexpr std::uint64_t work_ns = 5'000'000;
    std::atomic<bool> go = false;
    Checkpoints checkpoints(1ms, [&](const Recording&) {
        while (!go) std::this_thread::sleep_for(1ms);
        burn_cpu(work_ns);
    });
    CHECK(checkpoints.ready(monotonic_ns()));
    checkpoints.keep(Recording());
    CHECK_FALSE(checkpoints.ready(~std::uint64_t{0}));
    const auto worked_from_ns = monotonic_ns();
    go = true;
    wait_until_ready(checkpoints);
    CHECK_FALSE(checkpoints.ready(worked_from_ns + 20 * work_ns));
    CHECK(checkpoints.ready(monotonic_ns() + 60'000'000'000));
}

TEST_CASE("a checkpoint that finds no memory is the end of that one only") {
    int tried = 0;
    Checkpoints checkpoints(1ms, [&](const Recording&) {
        if (++tried == 1) throw std::bad_alloc();
    });
    for (int i = 0; i < 2; ++i) {
        checkpoints.keep(Recording());
        wait_until_ready(checkpoints);
    }
    CHECK(tried == 2);
}
