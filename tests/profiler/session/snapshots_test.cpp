#include "profiler/session/snapshots.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <new>

#include "probes/system/clock.hpp"

using namespace perfwrap;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;

void burn_cpu(std::uint64_t ns) {
    const auto until = thread_cpu_ns() + ns;
    while (thread_cpu_ns() < until) {
    }
}

Recording ending_at(std::uint64_t end_ns) {
    Recording so_far;
    so_far.end_ns = end_ns;
    return so_far;
}

constexpr std::uint64_t much_later = ~std::uint64_t{0};

void wait_until_ready(Snapshots& snapshots) {
    while (!snapshots.ready(much_later)) std::this_thread::sleep_for(1ms);
}

// Whether one was taken when it was next due; moments are the caller's own, an hour apart, so that nobody rests.
bool take_next(Snapshots& snapshots, std::uint64_t& now_ns) {
    bool taken = false;
    now_ns = std::max(now_ns + 3600 * second_ns, snapshots.due_ns());
    snapshots.take(now_ns, [&] {
        taken = true;
        return ending_at(now_ns);
    });
    return taken;
}

}  // namespace

TEST_CASE("without a reader no snapshot is due") {
    Snapshots snapshots({});
    snapshots.begin_run(5 * second_ns);
    CHECK(snapshots.due_ns() == ~std::uint64_t{0});
}

TEST_CASE("snapshots are due as often as their readers want them") {
    int often = 0;
    int seldom = 0;
    Snapshots snapshots({{10h, [&](const Recording&) { ++often; }}, {60h, [&](const Recording&) { ++seldom; }}});
    constexpr std::uint64_t hour = 3600 * second_ns;
    const auto begin_ns = monotonic_ns();
    snapshots.begin_run(begin_ns);
    for (int i = 1; i <= 6; ++i) {
        REQUIRE(snapshots.due_ns() == begin_ns + static_cast<std::uint64_t>(i) * 10 * hour);
        snapshots.take(snapshots.due_ns(), [] { return Recording(); });
        wait_until_ready(snapshots);
        CHECK(often == i);
        CHECK(seldom == (i == 6 ? 1 : 0));
    }
    // Short runs one after the other do not put it off.
    snapshots.begin_run(begin_ns + 65 * hour);
    CHECK(snapshots.due_ns() == begin_ns + 70 * hour);
}

TEST_CASE("what is taken is read, one after the other") {
    std::vector<std::uint64_t> read;
    std::vector<std::uint64_t> taken;
    Snapshots snapshots({{1ms, [&](const Recording& so_far) { read.push_back(so_far.end_ns); }}});
    std::uint64_t now_ns = monotonic_ns();
    snapshots.begin_run(now_ns);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(take_next(snapshots, now_ns));
        taken.push_back(now_ns);
        wait_until_ready(snapshots);
    }
    CHECK(read == taken);
}

TEST_CASE("a snapshot that is being read keeps the next one waiting, and its reader rests from its work") {
    constexpr std::uint64_t work_ns = 5'000'000;
    std::atomic<bool> go = false;
    Snapshots snapshots({{1ms, [&](const Recording&) {
                              while (!go) std::this_thread::sleep_for(1ms);
                              burn_cpu(work_ns);
                          }}});
    std::uint64_t now_ns = monotonic_ns();
    snapshots.begin_run(now_ns);
    CHECK(take_next(snapshots, now_ns));
    CHECK_FALSE(take_next(snapshots, now_ns));
    const auto worked_from_ns = monotonic_ns();
    go = true;
    wait_until_ready(snapshots);
    CHECK_FALSE(snapshots.ready(worked_from_ns + 20 * work_ns));
    CHECK(snapshots.ready(monotonic_ns() + 60 * second_ns));
}

TEST_CASE("a snapshot that takes long to take is not taken again soon") {
    Snapshots snapshots({{1ms, [](const Recording&) {}}});
    const auto now_ns = monotonic_ns();
    snapshots.begin_run(now_ns - second_ns);
    std::uint64_t took_ns = 0;
    snapshots.take(now_ns, [&] {
        const auto began_ns = monotonic_ns();
        burn_cpu(5'000'000);
        took_ns = monotonic_ns() - began_ns;
        return Recording();
    });
    CHECK(snapshots.due_ns() >= now_ns + 20 * took_ns);
}

TEST_CASE("a reader that finds no memory loses that snapshot only, and no other reader loses it") {
    int tried = 0;
    int read = 0;
    Snapshots snapshots({{1ms,
                          [&](const Recording&) {
                              if (++tried == 1) throw std::bad_alloc();
                          }},
                         {1ms, [&](const Recording&) { ++read; }}});
    std::uint64_t now_ns = monotonic_ns();
    snapshots.begin_run(now_ns);
    for (int i = 0; i < 2; ++i) {
        CHECK(take_next(snapshots, now_ns));
        wait_until_ready(snapshots);
    }
    CHECK(tried == 2);
    CHECK(read == 2);
}
