#include <unistd.h>

#include <catch2/catch.hpp>

#include "probes/procfs/process_tree.hpp"
#include "tests/support/fake_proc.hpp"
#include "tests/support/sleeper.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr int self = 10;

// perfwrap is process 10; its directory exists from the start.
struct Host {
    FakeProc fake;
    Host() { fake.put({.pid = self, .parent_pid = 1}); }
    ProcessTree tree() const { return {*ProcFs::open(fake.root()), self}; }
};

std::vector<int> pids(ProcessTree& tree) {
    std::vector<int> found;
    for (const auto& process : tree.processes())
        if (!process.foreign) found.push_back(process.pid);
    return found;
}

}  // namespace

TEST_CASE("descendants are found through the children of every thread") {
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .threads = 2});
    host.fake.children(20, 20, "30 ");
    host.fake.children(20, 21, "31 ");  // forked by another thread
    host.fake.put({.pid = 30, .parent_pid = 20});
    host.fake.put({.pid = 31, .parent_pid = 20});
    host.fake.children(31, 31, "40 ");
    host.fake.put({.pid = 40, .parent_pid = 31});
    host.fake.put({.pid = 50, .parent_pid = 1});  // not related
    auto tree = host.tree();
    tree.refresh(1);
    auto found = pids(tree);
    CHECK(found.front() == 20);
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector<int>{20, 30, 31, 40});
}

TEST_CASE("without children files the tree is found through parent pids") {
    const Host host;
    host.fake.put({.pid = 20, .parent_pid = self, .start_ticks = 100});
    host.fake.put({.pid = 15, .parent_pid = 20, .start_ticks = 200});  // pids wrapped around
    host.fake.put({.pid = 12, .parent_pid = 15, .start_ticks = 200});  // in the same tick as its parent
    host.fake.put({.pid = 50, .parent_pid = 1, .start_ticks = 100});
    auto tree = host.tree();
    tree.refresh(1);
    CHECK(pids(tree) == std::vector<int>{20, 15, 12});
}

TEST_CASE("children that existed before the command are not part of the tree, nor are their descendants") {
    const Host host;
    host.fake.children(self, self, "11 ");
    host.fake.put({.pid = 11, .parent_pid = self});
    auto tree = host.tree();
    tree.exclude_present_children();

    host.fake.children(self, self, "11 20 ");
    host.fake.put({.pid = 20, .parent_pid = self});
    host.fake.children(11, 11, "12 ");
    host.fake.put({.pid = 12, .parent_pid = 11});
    tree.refresh(1);
    CHECK(pids(tree) == std::vector<int>{20});

    host.fake.remove(11);  // perfwrap inherits 12 and must still know that it is foreign
    host.fake.children(self, self, "12 20 ");
    host.fake.put({.pid = 12, .parent_pid = self});
    tree.refresh(2);
    CHECK(pids(tree) == std::vector<int>{20});
}

TEST_CASE("a daemon that perfwrap inherits remains the same process") {
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self});
    host.fake.children(20, 20, "30 ");
    host.fake.put({.pid = 30, .parent_pid = 20});
    auto tree = host.tree();
    tree.refresh(1);
    REQUIRE(tree.take(20));
    host.fake.remove(20);
    host.fake.children(self, self, "30 ");
    host.fake.put({.pid = 30, .parent_pid = self});
    tree.refresh(2);
    CHECK(pids(tree) == std::vector<int>{30});
    CHECK(tree.vanished().empty());
}

TEST_CASE("a reused pid is another process") {
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "first", .user_ticks = 500, .start_ticks = 100});
    auto tree = host.tree();
    tree.refresh(1);
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "second", .user_ticks = 1, .start_ticks = 900});
    tree.refresh(2);
    REQUIRE(tree.vanished().size() == 1);
    CHECK(tree.vanished().front().comm == "first");
    REQUIRE(tree.processes().size() == 1);
    CHECK(tree.processes().front().comm == "second");
    CHECK(tree.processes().front().own.cpu_ns() < 1'000'000'000);
}

TEST_CASE("a program that execs is shown by its new arguments") {
    using namespace std::string_literals;
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "sh", .cmdline = "sh\0-c\0x\0"s});
    auto tree = host.tree();
    tree.refresh(1);
    CHECK(*tree.find(20)->command == std::vector<std::string>{"sh", "-c", "x"});
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "python3", .cmdline = "python3\0bench.py\0"s});
    tree.refresh(2);
    CHECK(*tree.find(20)->command == std::vector<std::string>{"python3", "bench.py"});
}

TEST_CASE("a program seen in the middle of its exec gets its arguments later") {
    using namespace std::string_literals;
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "sh", .cmdline = "sh\0-c\0x\0"s});
    auto tree = host.tree();
    tree.refresh(1);
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "python3", .cmdline = ""});
    tree.refresh(2);
    CHECK(*tree.find(20)->command == std::vector<std::string>{"sh", "-c", "x"});
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "python3", .cmdline = "python3\0bench.py\0"s});
    tree.refresh(3);
    CHECK(*tree.find(20)->command == std::vector<std::string>{"python3", "bench.py"});
}

TEST_CASE("a zombie keeps the arguments it had and holds no memory") {
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .anon_kib = 4096});
    auto tree = host.tree();
    tree.refresh(1);
    CHECK(tree.find(20)->memory.anon_bytes == 4096 * 1024);
    host.fake.put({.pid = 20, .parent_pid = self, .state = 'Z', .cmdline = ""});
    tree.refresh(2);
    const auto* zombie = tree.find(20);
    REQUIRE(zombie);
    CHECK(*zombie->command == std::vector<std::string>{"program", "--option"});
    CHECK(zombie->ended_ns == 2);
    CHECK(zombie->threads == 0);
    CHECK(zombie->memory.rss_bytes() == 0);
    CHECK(zombie->rss_peak_bytes == (4096 + 8) * 1024);
}

TEST_CASE("a program whose first thread has ended lives on in the others") {
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .state = 'Z', .threads = 3});
    std::filesystem::create_directories(host.fake.root() + "/20/task/21");
    host.fake.write("21/status", status_text({.pid = 21, .anon_kib = 512}));
    auto tree = host.tree();
    tree.refresh(1);
    const auto* process = tree.find(20);
    REQUIRE(process);
    CHECK_FALSE(process->ended_ns);
    CHECK(process->threads == 2);
    CHECK(process->memory.anon_bytes == 512 * 1024);
}

TEST_CASE("a process without arguments is shown by its name") {
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .comm = "a) R 1 (b\n", .cmdline = ""});
    auto tree = host.tree();
    tree.refresh(1);
    CHECK(*tree.find(20)->command == std::vector<std::string>{"a) R 1 (b\n"});
}

TEST_CASE("a process whose parent ignores SIGCHLD is known before it is gone") {
    const Host host;
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self, .ignored_signals = "0000000000010000"});
    host.fake.children(20, 20, "30 ");
    host.fake.put({.pid = 30, .parent_pid = 20});
    auto tree = host.tree();
    tree.refresh(1);
    CHECK(tree.find(30)->parent_ignores_sigchld);
    CHECK_FALSE(tree.find(20)->parent_ignores_sigchld);
}

TEST_CASE("when a process has gone, new ones are found even if no pid was given out") {
    const Host host;
    host.fake.write("sys/kernel/ns_last_pid", "30\n");
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self});
    auto tree = host.tree();
    tree.refresh(1);
    tree.refresh(2);
    host.fake.remove(20);
    host.fake.children(self, self, "30 ");
    host.fake.put({.pid = 30, .parent_pid = self});
    tree.refresh(3);
    CHECK(pids(tree) == std::vector<int>{30});
}

TEST_CASE("children of which there was no sign are found within a few samples") {
    const Host host;
    host.fake.write("sys/kernel/ns_last_pid", "30\n");
    host.fake.children(self, self, "20 ");
    host.fake.put({.pid = 20, .parent_pid = self});
    auto tree = host.tree();
    tree.refresh(1);
    host.fake.put({.pid = 30, .parent_pid = 20});
    host.fake.children(20, 20, "30 ");
    for (std::uint64_t now = 2; now < 22; ++now) tree.refresh(now);
    CHECK(pids(tree) == std::vector<int>{20, 30});
}

TEST_CASE("a process that sleeps is read again in its turn, and one that ran is read at once") {
    const Sleeper sleeper;
    const Host host;
    const auto holds = [&](std::uint64_t anon_kib) {
        host.fake.put({.pid = sleeper.pid(), .parent_pid = self, .anon_kib = anon_kib});
    };
    host.fake.children(self, self, fmt::format("{} ", sleeper.pid()));
    holds(4);
    auto tree = host.tree();
    const auto seen_kib = [&] { return tree.processes().front().memory.anon_bytes / 1024; };
    std::uint64_t now_ns = 1;
    tree.refresh(now_ns);
    tree.refresh(now_ns += 1);
    tree.refresh(now_ns += CpuWatch::settling_ns);
    const auto changes = tree.changes();

    // Its turn has just passed, so it is not read at once.
    holds(6);
    for (unsigned i = 0; i < ProcessTree::turns && seen_kib() == 4; ++i) tree.refresh(now_ns += 1);
    REQUIRE(seen_kib() == 6);

    holds(8);
    unsigned stale = 0;
    for (unsigned i = 0; i < ProcessTree::turns; ++i) {
        tree.refresh(now_ns += 1);
        if (seen_kib() == 6) ++stale;
    }
    CHECK(seen_kib() == 8);
    CHECK(stale > 0);
    CHECK(tree.changes() == changes);

    holds(16);
    sleeper.wake();
    tree.refresh(now_ns += 1);
    CHECK(seen_kib() == 16);
    CHECK(tree.changes() > changes);
}

TEST_CASE("an orphan's new parent is known although the orphan sleeps") {
    constexpr int parent = 5'000'020;  // larger than any real pid: only the sleeper has a CPU clock
    constexpr int orphaner = 5'000'030;
    const Sleeper sleeper;
    const Host host;
    host.fake.children(self, self, fmt::format("{} ", parent));
    host.fake.put({.pid = parent, .parent_pid = self, .ignored_signals = "0000000000010000"});  // SIGCHLD
    host.fake.children(parent, parent, fmt::format("{} ", orphaner));
    host.fake.put({.pid = orphaner, .parent_pid = parent});
    host.fake.children(orphaner, orphaner, fmt::format("{} ", sleeper.pid()));
    host.fake.put({.pid = sleeper.pid(), .parent_pid = orphaner});
    auto tree = host.tree();
    for (const std::uint64_t now_ns : {std::uint64_t{1}, std::uint64_t{2}, CpuWatch::settling_ns + 2}) tree.refresh(now_ns);
    host.fake.remove(orphaner);
    host.fake.put({.pid = sleeper.pid(), .parent_pid = parent});
    tree.refresh(CpuWatch::settling_ns + 3);
    REQUIRE(tree.find(sleeper.pid()));
    CHECK(tree.find(sleeper.pid())->parent_ignores_sigchld);
}
