// What the probe reports about the memory of real processes.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/probes/procfs/procfs_session.hpp"
#include "tests/support/sanitized.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

TEST_CASE("a two-millisecond spike of a process is seen through its high-water mark") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] {
        touch(64 * mib);
        void* spike = touch(256 * mib);
        sleep_ms(2);
        ::munmap(spike, 256 * mib);
        hold_for_samples(shared);
    });
    CHECK(run.seen.memory.rss->peak_bytes >= 320 * mib);
    if (!thread_sanitizer) CHECK(run.seen.memory.rss->peak_bytes < 400 * mib);
    CHECK(run.seen.memory.largest_process_rss_peak_bytes >= 320 * mib);
    REQUIRE(run.seen.peak);
    CHECK(run.seen.peak->holders.front().rss_bytes >= 320 * mib);
}

TEST_CASE("at the end of the window what a process has reached since the last sample counts, and no later process does") {
    auto& shared = *make_shared_memory();
    const auto probe = *make_procfs_probe({});
    probe->arm(0);
    const pid_t command = spawn([&] {
        while (!shared.go) sleep_ms(1);
        touch(64 * mib);
        shared.held = true;
        while (shared.holding == 0) sleep_ms(1);
        shared.daemon = spawn([] { ::pause(); });
        ::pause();
    });
    const auto exec_ns = clock_ns(CLOCK_MONOTONIC);
    probe->started(command, exec_ns, {});
    probe->sample(exec_ns);
    shared.go = true;
    while (!shared.held) sleep_ms(1);
    const auto end_ns = clock_ns(CLOCK_MONOTONIC);
    sleep_ms(20);  // /proc tells starts in steps of 10 ms
    shared.holding = 1;
    while (shared.daemon == 0) sleep_ms(1);
    const auto seen = probe->finish(end_ns, Closing::at_command_end);
    for (const pid_t pid : {pid_t{shared.daemon}, command}) ::kill(pid, SIGKILL);
    ::waitpid(command, nullptr, 0);
    CHECK(seen.memory.largest_process_rss_peak_bytes >= 64 * mib);
    CHECK(seen.memory.rss->peak_bytes >= seen.memory.largest_process_rss_peak_bytes);
    REQUIRE(seen.peak);
    CHECK(seen.peak->holders.front().pid == command);
    CHECK(seen.processes.sorted().size() == 1);
}

TEST_CASE("memory that processes hold at once adds up, over the time they hold it") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] {
        for (const std::size_t size : {10, 20, 30, 40})
            spawn([&] {
                touch(size * mib);
                if (++shared.holding < 4) {
                    while (!shared.held) sleep_ms(1);
                    return;
                }
                const auto from_ns = clock_ns(CLOCK_MONOTONIC);
                hold_for_samples(shared, 5);
                shared.held_from_ns = from_ns;
                shared.held_until_ns = clock_ns(CLOCK_MONOTONIC);
                shared.held = true;
            });
        wait_for_all();
    });
    // The last sample that began in this time may have ended too late.
    const auto first = std::ranges::lower_bound(run.sampled_ns, shared.held_from_ns);
    const auto last = std::ranges::upper_bound(run.sampled_ns, shared.held_until_ns) - 2;
    REQUIRE(last > first);
    const auto held_seconds = static_cast<double>(*last - *first) / 1e9;
    CHECK(run.seen.memory.rss_anon_peak_bytes >= 100 * mib);
    CHECK(run.seen.totals.processes_peak == 5);
    CHECK(run.seen.memory.rss->byte_seconds > 100.0 * mib * held_seconds);
    CHECK(run.seen.memory.rss->observed_seconds == Approx(static_cast<double>(run.wall_ns) / 1e9).epsilon(0.05));
    CHECK(run.seen.peak->holders.size() == 5);
}

TEST_CASE("proportional sizes count a shared page once") {
    auto& shared = *make_shared_memory();
    std::uint64_t looks_before = 0;
    const auto end_after_looks_at_pss = [&](Probe& probe) {
        const auto pss = probe.so_far().memory.pss;
        if (shared.holding < 3)
            looks_before = pss->looks;
        else if (pss->looks >= looks_before + 2)
            shared.held = true;
    };
    const auto run = observe(
        shared,
        [&] {
            touch(64 * mib);
            for (int i = 0; i < 3; ++i)
                spawn([&] {
                    ++shared.holding;
                    while (!shared.held) sleep_ms(5);
                });
            wait_for_all();
        },
        Until::command_ends, {.sample_pss = true}, false, end_after_looks_at_pss);
    CHECK(run.seen.memory.rss->peak_bytes >= 256 * mib);
    REQUIRE(run.seen.memory.pss);
    CHECK(run.seen.memory.pss->most_pss_bytes >= 64 * mib);
    if (!thread_sanitizer) CHECK(run.seen.memory.pss->most_pss_bytes < 160 * mib);
}

TEST_CASE("shared memory is distinguished from anonymous memory") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] {
        touch(32 * mib, MAP_SHARED);
        hold_for_samples(shared);
    });
    CHECK(run.seen.memory.rss_shmem_peak_bytes >= 32 * mib);
    CHECK(run.seen.memory.rss_shmem_peak_bytes < 40 * mib);
}
