// The probe against real processes. The truth comes from the workloads' own clocks and from getrusage(2).
#include "probes/procfs/procfs_probe.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/probes/procfs/procfs_session.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

void check_cpu_is_what_the_kernel_charged(const Run& run, const Shared& shared) {
    CHECK(run.cpu_ns() >= shared.truth_ns);
    CHECK(run.cpu_ns() <= run.reaped_cpu_ns);
    CHECK(run.cpu_ns() + run.baseline_ns + 1 * ms >= run.reaped_cpu_ns);
}

}  // namespace

TEST_CASE("the CPU time of a plain command is exact") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] { burn(shared, 200); });
    check_cpu_is_what_the_kernel_charged(run, shared);
    REQUIRE(run.seen.processes.sorted().size() == 1);
    CHECK(run.rows_cpu_ns() == run.cpu_ns());
    CHECK(run.seen.processes.sorted().front().wait_status == 0);
}

TEST_CASE("intermediate results grow into the final one, which reading them does not change") {
    auto& shared = *make_shared_memory();
    const auto run = observe(
        shared,
        [&] {
            burn(shared, 200);
            hold_for_samples(shared, 3);
        },
        Until::command_ends, {}, true);
    check_cpu_is_what_the_kernel_charged(run, shared);
    CHECK(run.rows_cpu_ns() == run.cpu_ns());
    REQUIRE(run.looks.size() > 2);
    constexpr std::uint64_t rounded_off_by_rusage_ns = 2'000;  // user and system time, in whole microseconds
    std::uint64_t cpu_before_ns = 0;
    for (const auto& look : run.looks) {
        const auto cpu_ns = *look.totals.cpu_user_ns + *look.totals.cpu_system_ns;
        CHECK(cpu_ns >= cpu_before_ns);
        CHECK(cpu_ns <= run.cpu_ns() + rounded_off_by_rusage_ns);
        cpu_before_ns = cpu_ns;
    }
    CHECK(cpu_before_ns > 0);
    const auto rows = run.looks.back().processes.sorted();
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().cpu_ns() == cpu_before_ns);
    CHECK_FALSE(run.looks.front().processes.sorted().front().end_ns);
}

TEST_CASE("children that live for two milliseconds count") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] {
        for (int i = 0; i < 100; ++i) {
            spawn([&] { burn(shared, 2); });
            wait_for_all();
        }
    });
    CHECK(shared.truth_ns == 200 * ms);
    check_cpu_is_what_the_kernel_charged(run, shared);
}

TEST_CASE("a daemon with a session of its own counts once") {
    auto& shared = *make_shared_memory();
    const auto run = observe(
        shared,
        [&] {
            spawn([&] {
                ::setsid();
                spawn([&] { burn(shared, 150); });
            });
            wait_for_all();
        },
        Until::tree_ends);
    check_cpu_is_what_the_kernel_charged(run, shared);
}

TEST_CASE("a daemon that is still alive counts with what it has used so far, and its row has no end") {
    auto& shared = *make_shared_memory();
    std::array<int, 2> burned{};
    REQUIRE(::pipe(burned.data()) == 0);
    const auto run = observe(shared, [&] {
        spawn([&] {
            shared.daemon = ::getpid();
            burn(shared, 400);  // much more than the fork takes, however large the test is
            if (::write(burned[1], "x", 1) != 1) ::_exit(1);
            for (;;) ::pause();
        });
        char byte = 0;
        if (::read(burned[0], &byte, 1) != 1) ::_exit(1);
    });
    ::close(burned[0]);
    ::close(burned[1]);
    ::kill(shared.daemon, SIGKILL);
    ::waitpid(shared.daemon, nullptr, 0);
    CHECK(run.cpu_ns() >= shared.truth_ns);
    CHECK(run.cpu_ns() < shared.truth_ns * 5 / 4);
    const auto rows = run.seen.processes.sorted();
    REQUIRE(rows.size() == 2);
    CHECK(rows.front().pid == shared.daemon);
    CHECK_FALSE(rows.front().end_ns);
    CHECK_FALSE(rows.front().wait_status);
    CHECK(rows.back().end_ns);
}

TEST_CASE("children of a parent that ignores SIGCHLD are known from samples, never counted twice") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] {
        ::signal(SIGCHLD, SIG_IGN);
        for (int i = 0; i < 4; ++i) {
            spawn([&] {
                burn(shared, 80);
                hold_for_samples(shared);
            });
            wait_for_all();  // the kernel reaps
        }
    });
    CHECK(shared.truth_ns == 320 * ms);
    CHECK(run.cpu_ns() >= shared.truth_ns);
    CHECK(run.cpu_ns() <= run.reaped_cpu_ns + shared.truth_ns * 5 / 4);
    CHECK(run.reaped_cpu_ns < shared.truth_ns / 2);  // the kernel's own totals do not include them
}

TEST_CASE("children that the test had before are not part of the tree") {
    auto& shared = *make_shared_memory();
    auto& other = *make_shared_memory();
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    spawn([&] {
        spawn([&] {
            other.go = true;
            burn(other, 200);
        });  // re-parented to the test
        burn(other, 50);
    });
    while (!other.go) sleep_ms(1);
    const auto run = observe(
        shared,
        [&] {
            burn(shared, 100);
            hold_for_samples(shared, 3);
        },
        Until::tree_ends);
    wait_for_all();
    CHECK(other.truth_ns == 250 * ms);
    CHECK(run.cpu_ns() >= 100 * ms);
    CHECK(run.cpu_ns() < 140 * ms);
    CHECK(run.seen.processes.sorted().size() == 1);
}

TEST_CASE("threads count although the first one has ended") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] {
        static Shared* given = &shared;
        static void* (*const work)(void*) = [](void*) -> void* {
            touch(100 * mib);
            const auto until = clock_ns(CLOCK_THREAD_CPUTIME_ID) + 100 * ms;
            while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < until) {
            }
            if (given->truth_ns.fetch_add(100 * ms) == 100 * ms) {
                hold_for_samples(*given);
                ::_exit(0);
            }
            for (;;) ::pause();
        };
        pthread_t thread{};
        for (int i = 0; i < 2; ++i) ::pthread_create(&thread, nullptr, work, nullptr);
        ::syscall(SYS_exit, 0);  // this thread only, without unwinding into the test
    });
    CHECK(shared.truth_ns == 200 * ms);
    check_cpu_is_what_the_kernel_charged(run, shared);
    CHECK(run.seen.totals.threads_peak >= 2);
    CHECK(run.seen.memory.rss_anon_peak_bytes >= 200 * mib);
}

TEST_CASE("bytes written by the command and by what it waited for add up") {
    auto& shared = *make_shared_memory();
    const auto run = observe(shared, [&] {
        const auto write_mib = [] {
            const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
            static std::array<char, std::size_t{64} * 1024> block{};
            for (int i = 0; i < 16; ++i)
                if (::write(null, block.data(), block.size()) != static_cast<ssize_t>(block.size())) ::_exit(1);
        };
        hold_for_samples(shared);  // without root the file of a zombie can be read only if it was opened before
        write_mib();
        spawn(write_mib);
        wait_for_all();
    });
    REQUIRE(run.seen.totals.syscall_written_bytes);
    CHECK(*run.seen.totals.syscall_written_bytes >= 2 * mib);
    CHECK(*run.seen.totals.syscall_written_bytes < 2 * mib + 64 * 1024);
}

TEST_CASE("a process with a hostile name is followed and exec is noticed") {
    auto& shared = *make_shared_memory();
    std::array<int, 2> until_closed{};
    REQUIRE(::pipe2(until_closed.data(), O_CLOEXEC) == 0);
    int samples_after_exec = 0;
    const auto end_after_exec_was_seen = [&](Probe&) {
        std::ifstream arguments("/proc/" + std::to_string(shared.holding) + "/cmdline");
        if (arguments && std::string(std::istreambuf_iterator<char>(arguments), {}).starts_with("cat")) ++samples_after_exec;
        if (samples_after_exec == 2) ::close(until_closed[1]);
    };
    const auto run = observe(
        shared,
        [&] {
            const pid_t child = spawn([&] {
                ::prctl(PR_SET_NAME, "a) R 1 (b\n");
                burn(shared, 60);
                hold_for_samples(shared);
            });
            shared.daemon = child;
            wait_for_all();
            shared.holding = ::getpid();
            ::dup2(until_closed[0], STDIN_FILENO);
            ::execl("/bin/cat", "cat", "-u", nullptr);
        },
        Until::command_ends, {}, false, end_after_exec_was_seen);
    ::close(until_closed[0]);
    const auto rows = run.seen.processes.sorted();
    REQUIRE(rows.size() == 2);
    CHECK(rows.front().pid == shared.daemon);
    CHECK(rows.front().cpu_ns() >= 60 * ms);
    CHECK(rows.back().command == std::vector<std::string>{"cat", "-u"});
}

TEST_CASE("live processes are the command and its descendants, without zombies") {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    auto& shared = *make_shared_memory();
    auto probe = *make_procfs_probe({});
    probe->arm(0);
    const pid_t command = spawn([&] {
        spawn([&] {
            shared.daemon = ::getpid();
            for (;;) ::pause();
        });
        siginfo_t ended{};
        ::waitid(P_PID, static_cast<id_t>(spawn([] {})), &ended,
                 WEXITED | WNOWAIT);  // it remains a zombie, since no process reaps it
        while (shared.daemon == 0) sleep_ms(1);
        shared.go = true;
        for (;;) ::pause();
    });
    while (!shared.go) sleep_ms(1);
    probe->started(command, clock_ns(CLOCK_MONOTONIC), {});
    std::vector<int> pids;
    for (const auto& process : probe->alive()) pids.push_back(process.pid);
    CHECK(pids == std::vector<int>{command, shared.daemon});
    ::kill(command, SIGKILL);
    ::kill(shared.daemon, SIGKILL);
    wait_for_all();
}

TEST_CASE("sampling stays within its budget, however many processes there are") {
    auto& shared = *make_shared_memory();
    auto probe = *make_procfs_probe({});
    probe->arm(0);
    const pid_t command = spawn([&] {
        for (int i = 0; i < 60; ++i)
            spawn([] {
                for (;;) ::pause();
            });
        shared.go = true;
        for (;;) ::pause();
    });
    while (!shared.go) sleep_ms(1);
    const auto begin_ns = clock_ns(CLOCK_MONOTONIC);
    probe->started(command, begin_ns, {});
    const auto cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    std::uint64_t asked_ns = 0;
    for (int i = 0; i < 5; ++i) asked_ns += probe->sample(clock_ns(CLOCK_MONOTONIC));
    const auto cost_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_before_ns;
    CHECK(static_cast<double>(cost_ns) <= 0.05 * static_cast<double>(asked_ns));
    for (const auto& process : probe->alive()) ::kill(process.pid, SIGKILL);
    wait_for_all();
}

TEST_CASE("a /proc that is not perfwrap's own is an error that says so") {
    const auto probe = make_procfs_probe({.proc_root = "/tmp"});
    REQUIRE_FALSE(probe);
    CHECK(probe.error().find("/tmp") != std::string::npos);
}
