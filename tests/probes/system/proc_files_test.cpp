#include "probes/system/proc_files.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/fake_proc.hpp"
#include "tests/support/units.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

ProcFs open(const FakeProc& fake) { return *ProcFs::open(fake.root()); }

}  // namespace

TEST_CASE("stat is read from the last parenthesis, whatever the program calls itself") {
    for (const std::string comm : {"bash", "a) R 1 (b", ") (", "two words", "line\nbreak) S 2 3", "", "\xff\xfe)"}) {
        const FakeProcess process{.pid = 42,
                                  .parent_pid = 7,
                                  .comm = comm,
                                  .state = 'R',
                                  .user_ticks = 12,
                                  .system_ticks = 34,
                                  .threads = 5,
                                  .arguments_address = 140000000000000};
        const auto text = stat_text(process);
        const auto stat = parse_stat(text);
        REQUIRE(stat);
        CHECK(stat->comm == comm);
        CHECK(stat->state == 'R');
        CHECK(stat->parent_pid == 7);
        CHECK(stat->user_ticks == 12);
        CHECK(stat->system_ticks == 34);
        CHECK(stat->threads == 5);
        CHECK(stat->start_ticks == 1000);
        CHECK(stat->arguments_address == 140000000000000);
        CHECK(stat->arguments_end == 140000000000020);
    }
}

TEST_CASE("stat keeps a process's own figures apart from those of the children it waited for") {
    const auto text = stat_text({.pid = 1,
                                 .minor_faults = 11,
                                 .waited_minor_faults = 22,
                                 .user_ticks = 33,
                                 .system_ticks = 44,
                                 .waited_user_ticks = 55,
                                 .waited_system_ticks = 66});
    const auto stat = parse_stat(text);
    REQUIRE(stat);
    CHECK(stat->minor_faults == 11);
    CHECK(stat->waited_minor_faults == 22);
    CHECK(stat->user_ticks == 33);
    CHECK(stat->system_ticks == 44);
    CHECK(stat->waited_user_ticks == 55);
    CHECK(stat->waited_system_ticks == 66);
}

TEST_CASE("a stat that was cut short is no stat") {
    const auto text = stat_text({.pid = 42});
    for (std::size_t length = 0; length < text.find(" 1000 ") + 1; ++length)
        CHECK_FALSE(parse_stat(std::string_view{text}.substr(0, length)));
    CHECK_FALSE(parse_stat("1 (x) S notanumber 7 7"));
    CHECK_FALSE(parse_stat(")("));
}

TEST_CASE("status tells the kinds of resident memory in bytes") {
    const auto status =
        parse_status(status_text({.pid = 3, .anon_kib = 1024, .file_kib = 2048, .shmem_kib = 3072, .swap_kib = 4096}));
    REQUIRE(status);
    REQUIRE(status->memory);
    CHECK(status->memory->anon_bytes == 1 * mib);
    CHECK(status->memory->file_bytes == 2 * mib);
    CHECK(status->memory->shmem_bytes == 3 * mib);
    CHECK(status->memory->swap_bytes == 4 * mib);
    CHECK(status->memory->rss_bytes() == 6 * mib);
    CHECK(status->memory->rss_peak_bytes == 6 * mib + 8 * 1024);
    CHECK(status->voluntary_context_switches == 12);
    CHECK(status->involuntary_context_switches == 3);
}

TEST_CASE("a zombie has no memory, which is not the same as no bytes") {
    const auto status = parse_status(status_text({.pid = 3, .state = 'Z'}));
    REQUIRE(status);
    CHECK_FALSE(status->memory);
}

TEST_CASE("SIGCHLD among the ignored signals is seen") {
    CHECK(parse_status(status_text({.pid = 3, .ignored_signals = "0000000000010000"}))->ignores_sigchld);
    CHECK(parse_status(status_text({.pid = 3, .ignored_signals = "00000000fffff006"}))->ignores_sigchld);
    CHECK_FALSE(parse_status(status_text({.pid = 3, .ignored_signals = "0000000000021006"}))->ignores_sigchld);
    CHECK_FALSE(parse_status("Name:\tx\n"));
}

TEST_CASE("io is complete or nothing") {
    const auto io = parse_io("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 7\n");
    REQUIRE(io);
    CHECK(io->syscall_read_bytes == 1);
    CHECK(io->syscall_written_bytes == 2);
    CHECK(io->storage_read_bytes == 5);
    CHECK(io->storage_written_bytes == 6);
    CHECK_FALSE(parse_io("rchar: 1\nwchar: 2\n"));
    CHECK_FALSE(parse_io(""));
}

TEST_CASE("pss is the total, not one of its parts") {
    CHECK(parse_pss_bytes("5500-7ffc ---p 0 00:00 0  [rollup]\nRss: 884 kB\nPss: 385 kB\nPss_Anon: 68 kB\nPss_File: 317 kB\n") ==
          385 * 1024);
    CHECK_FALSE(parse_pss_bytes(""));
}

TEST_CASE("argv is split at its terminators and keeps empty words") {
    using namespace std::string_literals;
    CHECK(parse_cmdline("python\0-c\0\0x y\0"s) == std::vector<std::string>{"python", "-c", "", "x y"});
    CHECK(parse_cmdline("nginx: worker process"s) == std::vector<std::string>{"nginx: worker process"});
    CHECK(parse_cmdline("").empty());
}

TEST_CASE("a process that is not there reads as gone, in every file") {
    const FakeProc fake;
    auto proc = open(fake);
    CHECK(proc.stat(5).error() == Unreadable::gone);
    CHECK(proc.status(5).error() == Unreadable::gone);
    CHECK(proc.io(5).error() == Unreadable::gone);
    CHECK(proc.pss_bytes(5).error() == Unreadable::gone);
    CHECK(proc.cmdline(5).error() == Unreadable::gone);
    CHECK(proc.children(5, 5).empty());
    CHECK(proc.threads(5).empty());
    CHECK_FALSE(proc.last_pid());
}

TEST_CASE("a file that empties under the reader reads as gone") {
    const FakeProc fake;
    fake.write("5/stat", "");
    fake.write("5/status", "");
    fake.write("5/io", "");
    auto proc = open(fake);
    CHECK(proc.stat(5).error() == Unreadable::gone);
    CHECK(proc.status(5).error() == Unreadable::gone);
    CHECK(proc.io(5).error() == Unreadable::gone);
}

TEST_CASE("files larger than the buffer are read whole, argv only so far") {
    const FakeProc fake;
    std::string children;
    for (int pid = 100000; pid < 120000; ++pid) children += std::to_string(pid) + " ";
    fake.children(5, 5, children);
    fake.write("5/status", "Groups:\t" + std::string(100'000, '1') + "\n" + status_text({.pid = 5, .anon_kib = 1024}));
    fake.write("5/cmdline", std::string(100'000, 'x'));
    auto proc = open(fake);
    REQUIRE(proc.children(5, 5).size() == 20000);
    CHECK(proc.children(5, 5).back() == 119999);
    CHECK(proc.status(5)->memory->anon_bytes == mib);
    CHECK(proc.cmdline(5)->front().size() == ProcFs::cmdline_limit);
    CHECK(proc.cmdline(5, 7)->front().size() == 7);
}

TEST_CASE("only numbers among the entries are processes") {
    const FakeProc fake;
    fake.put({.pid = 12});
    fake.put({.pid = 345});
    fake.write("self/stat", "");
    fake.write("12ab/stat", "");
    fake.write("uptime", "");
    auto proc = open(fake);
    auto pids = proc.pids();
    std::sort(pids.begin(), pids.end());
    CHECK(pids == std::vector<int>{12, 345});
}

TEST_CASE("the real /proc tells of this very process") {
    auto proc = *ProcFs::open("/proc");
    const int self = ::getpid();
    CHECK(proc.stat(self)->parent_pid == ::getppid());
    CHECK(proc.status(self)->memory->rss_bytes() > 0);
    CHECK_FALSE(proc.cmdline(self)->empty());
    CHECK(proc.threads(self).front() == self);
}

TEST_CASE("a missing /proc is an error that names it") {
    const auto proc = ProcFs::open("/nowhere/proc");
    REQUIRE_FALSE(proc);
    CHECK(proc.error().find("/nowhere/proc") != std::string::npos);
}
