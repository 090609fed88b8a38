#include "probes/system/proc_text.hpp"

#include <catch2/catch.hpp>

#include "tests/support/fake_proc.hpp"
#include "tests/support/units.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

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

TEST_CASE("a truncated stat is rejected") {
    const auto text = stat_text({.pid = 42});
    for (std::size_t length = 0; length < text.find(" 1000 ") + 1; ++length)
        CHECK_FALSE(parse_stat(std::string_view{text}.substr(0, length)));
    CHECK_FALSE(parse_stat("1 (x) S notanumber 7 7"));
    CHECK_FALSE(parse_stat(")("));
}

TEST_CASE("status has the kinds of resident memory in bytes") {
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
    CHECK(io->storage_cancelled_bytes == 7);
    CHECK_FALSE(parse_io("rchar: 1\nwchar: 2\n"));
    CHECK_FALSE(parse_io(""));
}

TEST_CASE("pss is the total, not one of its parts") {
    CHECK(parse_smaps_rollup("5500-7ffc ---p 0 00:00 0  [rollup]\nRss: 884 kB\nPss: 385 kB\nPss_Anon: 68 kB\nPss_File: 317 kB\n"
                             "Shared_Clean: 700 kB\nPrivate_Clean: 4 kB\nPrivate_Dirty: 68 kB\n") ==
          PageTables{.rss_bytes = 884 * 1024, .pss_bytes = 385 * 1024, .private_bytes = 72 * 1024});
    CHECK_FALSE(parse_smaps_rollup("Rss: 884 kB\n"));
    CHECK_FALSE(parse_smaps_rollup(""));
}

TEST_CASE("argv is split at its terminators and keeps empty words") {
    using namespace std::string_literals;
    CHECK(parse_cmdline("python\0-c\0\0x y\0"s) == std::vector<std::string>{"python", "-c", "", "x y"});
    CHECK(parse_cmdline("nginx: worker process"s) == std::vector<std::string>{"nginx: worker process"});
    CHECK(parse_cmdline("").empty());
}

TEST_CASE("children are the numbers in the list, appended to those before") {
    std::vector<int> children{1};
    parse_children("12 345 x 99999999999 6 ", children);
    CHECK(children == std::vector<int>{1, 12, 345, 6});
    parse_children("", children);
    CHECK(children.size() == 4);
}

TEST_CASE("the last pid is a number on a line") {
    CHECK(parse_last_pid("4711\n") == 4711);
    CHECK_FALSE(parse_last_pid("\n"));
    CHECK_FALSE(parse_last_pid(""));
}

TEST_CASE("a process with a pid in a further namespace has more than one") {
    CHECK(has_one_pid("Name:\tx\nNSpid:\t42\nNSpgid:\t42\t1\n"));
    CHECK_FALSE(has_one_pid("Name:\tx\nNSpid:\t42\t1\nNSpgid:\t42\n"));
    CHECK_FALSE(has_one_pid("NSpid:\n"));
    CHECK_FALSE(has_one_pid(""));
}
