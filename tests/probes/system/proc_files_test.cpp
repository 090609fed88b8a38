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

TEST_CASE("a process that is not there reads as gone, in every file") {
    const FakeProc fake;
    auto proc = open(fake);
    CHECK(proc.stat(5).error() == Unreadable::gone);
    CHECK(proc.status(5).error() == Unreadable::gone);
    CHECK(proc.io(5).error() == Unreadable::gone);
    CHECK(proc.page_tables(5).error() == Unreadable::gone);
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

TEST_CASE("files larger than the buffer are read whole, argv only up to its limit") {
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

TEST_CASE("the real /proc describes this very process") {
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
