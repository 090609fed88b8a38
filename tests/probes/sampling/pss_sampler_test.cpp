#include "probes/sampling/pss_sampler.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "tests/support/fake_proc.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::array only_pid{20};

// The time of the sampler's next sample, which depends on what the last one cost.
std::uint64_t next_due(const PssSampler& pss, std::uint64_t now) {
    std::uint64_t not_due = now;
    std::uint64_t due = now + 120 * second;
    REQUIRE(pss.due(due, 0));
    while (due - not_due > 1) {
        const auto middle = not_due + (due - not_due) / 2;
        (pss.due(middle, 0) ? due : not_due) = middle;
    }
    return due;
}

struct SleepingTree {
    FakeProc fake;
    SleepingTree() { fake.put({.pid = only_pid[0], .parent_pid = 1}); }
    void holds(int rss_kib, int pss_kib) const {
        fake.write("20/smaps_rollup", fmt::format("Rss: {} kB\nPss: {} kB\n", rss_kib, pss_kib));
    }
    PssSampler sampler() const { return PssSampler(*ProcFs::open(fake.root())); }
};

}  // namespace

TEST_CASE("the memory of a tree is not read again until one of its processes has run") {
    const SleepingTree tree;
    tree.holds(200, 100);
    auto pss = tree.sampler();
    pss.start(0);
    REQUIRE_FALSE(pss.still_holds(1 * second, 7));
    pss.sample(1 * second, only_pid, 1000);
    CHECK(pss.looks().byte_seconds == Approx(500));
    tree.holds(1000, 900);  // no process of the tree can have caused it
    const auto soon = next_due(pss, 1 * second);
    CHECK(pss.still_holds(soon, 7));
    CHECK_FALSE(pss.due(soon + 1, 200 * 1024));
    CHECK(pss.looks().most_pss_bytes == 100 * 1024);
    CHECK(pss.looks().looks == 1);
    CHECK(pss.looks().moments == 2);

    const auto later = next_due(pss, soon);
    CHECK_FALSE(pss.still_holds(later, 8));
    pss.sample(later, only_pid, 1600);
    CHECK(pss.looks().most_pss_bytes == 900 * 1024);
    CHECK(pss.looks().ratio_at_most == Approx(0.9));
    CHECK(pss.looks().last_ratio == Approx(0.9));
    CHECK(pss.looks().byte_seconds == Approx(500 + 600 * (100.0 + 900) / (200 + 1000)));
    CHECK(pss.looks().resident_byte_seconds == 1600);
}

TEST_CASE("a tree that has grown by two fifths is looked at before its time, as long as looks are cheap") {
    const SleepingTree tree;
    tree.holds(1000, 1000);
    auto pss = tree.sampler();
    pss.start(0);
    CHECK_FALSE(pss.due(1, 1000 * 1024));
    pss.sample(1 * second, only_pid, 0);
    CHECK_FALSE(pss.due(1 * second + 1, 1350 * 1024));
    CHECK(pss.due(1 * second + 1, 1400 * 1024));
    CHECK_FALSE(pss.due(1 * second + 1, 1000'000'000'000ULL * 1024));  // such a look would take too long
}

TEST_CASE("the memory of a process whose first thread has ended is read through another thread") {
    const SleepingTree tree;
    tree.fake.put({.pid = 21, .parent_pid = 20});
    tree.fake.write("20/task/20/stat", "");
    tree.fake.write("20/task/21/stat", "");
    tree.fake.write("21/smaps_rollup", "Rss: 80 kB\nPss: 60 kB\n");  // 20/smaps_rollup is gone
    auto pss = tree.sampler();
    pss.start(0);
    pss.sample(1 * second, only_pid, 0);
    CHECK(pss.looks().most_rss_bytes == 80 * 1024);
    CHECK(pss.looks().most_pss_bytes == 60 * 1024);
}

TEST_CASE("even a sleeping tree is read now and then, since other processes share its pages") {
    const SleepingTree tree;
    tree.holds(100, 100);
    auto pss = tree.sampler();
    pss.start(0);
    std::uint64_t now = second;
    REQUIRE_FALSE(pss.still_holds(now, 7));
    for (unsigned reads = 1; reads <= 5; ++reads) {
        pss.sample(now, only_pid, 0);
        const auto read_at = now;
        now = next_due(pss, now);
        const auto read_again = read_at + 16 * (now - read_at);
        for (; pss.still_holds(now, 7); now = next_due(pss, now)) REQUIRE(now < read_again);
        CHECK(now >= read_again);
        CHECK(pss.looks().looks == reads);
    }
}
