#include <catch2/catch.hpp>

#include "probes/procfs/tree_accounts.hpp"
#include "tests/support/units.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

TrackedProcess process(int pid, int parent, std::uint64_t own_ms, std::uint64_t waited_ms = 0) {
    TrackedProcess p;
    p.pid = pid;
    p.parent_pid = parent;
    p.command = std::make_shared<const std::vector<std::string>>(1, "program");
    p.own.user_ns = own_ms * ms;
    p.own.minor_faults = 10;
    p.waited.user_ns = waited_ms * ms;
    p.waited.minor_faults = waited_ms > 0 ? 10 : 0;
    p.io = IoCounters{};
    return p;
}

rusage usage(long user_ms, long system_ms = 0, long maxrss_kib = 0) {
    rusage used{};
    used.ru_utime = {.tv_sec = user_ms / 1000, .tv_usec = user_ms % 1000 * 1000};
    used.ru_stime = {.tv_sec = system_ms / 1000, .tv_usec = system_ms % 1000 * 1000};
    used.ru_minflt = 100;
    used.ru_nvcsw = 7;
    used.ru_maxrss = maxrss_kib;
    return used;
}

std::uint64_t total_ms(const TreeAccounts& accounts) {
    const auto totals = accounts.totals();
    return (*totals.cpu_user_ns + *totals.cpu_system_ns) / ms;
}

std::uint64_t rows_ms(TreeAccounts& accounts) {
    const auto rows = accounts.take_rows();
    std::uint64_t sum = 0;
    for (const auto& each : rows.programs().sorted()) sum += each.used.cpu_ns;
    return sum / ms;
}

}  // namespace

TEST_CASE("the command's own CPU begins at its exec") {
    TreeAccounts accounts(10);
    auto before = usage(3, 2);
    before.ru_minflt = 40;
    before.ru_nvcsw = 5;
    accounts.command_started(20, 0, before);
    const auto command = process(20, 10, 105);
    accounts.reaped(&command, 1, 0, usage(103, 52));
    const auto totals = accounts.totals();
    CHECK(totals.cpu_user_ns == 100 * ms);
    CHECK(totals.cpu_system_ns == 50 * ms);
    CHECK(totals.minor_faults == 60);
    CHECK(totals.voluntary_context_switches == 2);
    CHECK(rows_ms(accounts) == 150);
}

TEST_CASE("a daemon is counted once, by its own reaping") {
    TreeAccounts accounts(10);
    accounts.command_started(20, 0, usage(0));
    const auto command = process(20, 10, 10);
    const auto daemon = process(30, 10, 500);
    accounts.reaped(&command, 1, 0, usage(10));
    CHECK(accounts.cpu_ns(std::vector{daemon}) == 510 * ms);
    accounts.reaped(&daemon, 2, 0, usage(500));
    CHECK(accounts.cpu_ns({}) == 510 * ms);
    CHECK(total_ms(accounts) == 510);
    CHECK(rows_ms(accounts) == 510);
}

TEST_CASE("a child that its parent waited for is part of the parent's usage, and has a row of its own") {
    TreeAccounts accounts(10);
    accounts.command_started(20, 0, usage(0));
    accounts.vanished(std::vector{process(30, 20, 80)}, 1);
    const auto command = process(20, 10, 20, 80);
    accounts.reaped(&command, 2, 0, usage(100));
    CHECK(total_ms(accounts) == 100);
    CHECK(rows_ms(accounts) == 100);
}

TEST_CASE("children of a parent that ignores SIGCHLD are counted as last seen") {
    TreeAccounts accounts(10);
    accounts.command_started(20, 0, usage(0));
    auto child = process(30, 20, 80, 15);  // including children that it waited for
    child.parent_ignores_sigchld = true;
    accounts.vanished(std::vector{child}, 1);
    const auto command = process(20, 10, 20);
    accounts.reaped(&command, 2, 0, usage(20));
    CHECK(total_ms(accounts) == 115);
    CHECK(rows_ms(accounts) <= 115);
}

TEST_CASE("what a lost process waited for since it was last seen is lost too") {
    TreeAccounts accounts(10);
    auto parent = process(30, 20, 5);
    parent.parent_ignores_sigchld = true;
    accounts.vanished(std::vector{parent, process(40, 30, 1000), process(50, 40, 200)}, 1);
    CHECK(total_ms(accounts) == 1205);
    CHECK(rows_ms(accounts) == 1205);
}

TEST_CASE("processes alive at the end count, and so do the children that they waited for, to the tick or better") {
    TreeAccounts accounts(10);
    accounts.vanished(std::vector{process(40, 30, 19)}, 1);  // 19 ms, which its parent's totals show as one tick of 10 ms
    accounts.still_there(process(30, 10, 7, 10), IoCounters{});
    CHECK(total_ms(accounts) == 26);
    CHECK(rows_ms(accounts) == 26);
}

TEST_CASE("children without a page fault are not counted again in the row of the process that waited for them") {
    TreeAccounts accounts(10);
    accounts.command_started(20, 0, usage(0));
    auto command = process(20, 10, 6);
    command.waited.user_ns = 20 * ms;
    accounts.vanished(std::vector{process(30, 20, 20)}, 1);
    accounts.reaped(&command, 2, 0, usage(26));
    CHECK(total_ms(accounts) == 26);
    CHECK(rows_ms(accounts) == 26);
}

TEST_CASE("foreign processes cost the tree nothing") {
    TreeAccounts accounts(10);
    auto foreign = process(11, 10, 500);
    foreign.foreign = true;
    foreign.parent_ignores_sigchld = true;
    accounts.vanished(std::vector{foreign}, 1);
    CHECK(accounts.cpu_ns(std::vector{foreign}) == 0);
    CHECK(total_ms(accounts) == 0);
}

TEST_CASE("the size of perfwrap's image is not attributed to the command") {
    TreeAccounts accounts(10);
    accounts.command_started(20, 0, usage(0, 0, 20 * 1024), 1 * mib);
    auto command = process(20, 10, 1);
    command.rss_peak_bytes = 2 * mib;
    SECTION("nor is the part of it that the kernel had not added up yet") {
        CHECK_FALSE(accounts.reaped(&command, 1, 0, usage(1, 0, 21 * 1024)));
        CHECK(accounts.largest_process_rss_peak_bytes() == 2 * mib);
    }
    SECTION("the peak of a smaller command is what samples saw") {
        CHECK_FALSE(accounts.reaped(&command, 1, 0, usage(1, 0, 20 * 1024)));
        CHECK(accounts.largest_process_rss_peak_bytes() == 2 * mib);
    }
    SECTION("that of a larger one is the kernel's high-water mark") {
        CHECK(accounts.reaped(&command, 1, 0, usage(1, 0, 64 * 1024)) == 64 * mib);
        CHECK(accounts.largest_process_rss_peak_bytes() == 64 * mib);
        CHECK(accounts.take_rows().sorted().front().rss_peak_bytes == 64 * mib);
    }
    SECTION("the mark of a command that waited may be that of a child, so it is in no row") {
        command.waited.minor_faults = 1;
        accounts.reaped(&command, 1, 0, usage(1, 0, 64 * 1024));
        CHECK(accounts.largest_process_rss_peak_bytes() == 64 * mib);
        CHECK(accounts.take_rows().sorted().front().rss_peak_bytes == 2 * mib);
    }
}

TEST_CASE("I/O is the sum over what perfwrap reaped, or unknown") {
    TreeAccounts accounts(10);
    auto command = process(20, 10, 1);
    command.io =
        IoCounters{.syscall_read_bytes = 1, .syscall_written_bytes = 2, .storage_read_bytes = 3, .storage_written_bytes = 4};
    accounts.reaped(&command, 1, 0, usage(1));
    SECTION("complete") {
        accounts.still_there(process(30, 10, 1), IoCounters{.syscall_read_bytes = 10});
        accounts.still_there(process(31, 10, 1), tl::unexpected(Unreadable::gone));
        CHECK(accounts.totals().syscall_read_bytes == 11);
        CHECK(accounts.totals().storage_written_bytes == 4);
    }
    SECTION("perfwrap may not read one of the files") {
        accounts.still_there(process(30, 10, 1), tl::unexpected(Unreadable::denied));
        CHECK_FALSE(accounts.totals().syscall_read_bytes);
    }
    SECTION("one child was reaped before its file was read") {
        accounts.reaped(nullptr, 1, 0, usage(1));
        CHECK_FALSE(accounts.totals().syscall_read_bytes);
        CHECK(total_ms(accounts) == 2);
    }
}

TEST_CASE("what sampling cannot determine stays unknown") {
    const auto totals = TreeAccounts(10).totals();
    CHECK_FALSE(totals.processes_started);
    CHECK_FALSE(totals.threads_started);
    CHECK_FALSE(totals.run_queue_wait_ns);
    CHECK_FALSE(totals.oom_kills);
}

TEST_CASE("more processes than rows still add up") {
    TreeAccounts accounts(5);
    std::uint64_t sum = 0;
    for (int pid = 100; pid < 150; ++pid) {
        const auto each = process(pid, 10, static_cast<std::uint64_t>(pid));
        accounts.reaped(&each, 1, 0, usage(pid));
        sum += static_cast<std::uint64_t>(pid);
    }
    CHECK(total_ms(accounts) == sum);
    const auto rows = accounts.take_rows();
    CHECK(rows.sorted().size() == 5);
    const auto programs = rows.programs().sorted();
    REQUIRE(programs.size() == 1);
    CHECK(programs[0].program == "program");
    CHECK(programs[0].used.processes == 50);
    CHECK(programs[0].used.cpu_ns == sum * ms);
    CHECK_FALSE(rows.sorted().front().command.empty());
}

TEST_CASE("the fine clock is used if it agrees with the ticks") {
    constexpr std::uint64_t tick = 10 * ms;
    CHECK(with_cpu_time({}, 30 * ms, 10 * ms, tick, 47 * ms).cpu_ns() == 47 * ms);
    CHECK(with_cpu_time({}, 30 * ms, 10 * ms, tick, 44 * ms).user_ns == 33 * ms);
    CHECK(with_cpu_time({}, 0, 0, tick, 2 * ms).cpu_ns() == 2 * ms);
    CHECK(with_cpu_time({}, 30 * ms, 10 * ms, tick, 39 * ms).cpu_ns() == 40 * ms);
    CHECK(with_cpu_time({}, 30 * ms, 10 * ms, tick, 900 * ms).cpu_ns() == 40 * ms);
}
