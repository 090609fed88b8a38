#include "probes/sampling/pss_sampler.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "tests/support/fake_proc.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::array only_pid{20};

struct SleepingTree {
    FakeProc fake;
    SleepingTree() { fake.put({.pid = only_pid[0], .parent_pid = 1}); }
    void holds(int pss_kib) const { fake.write("20/smaps_rollup", fmt::format("Rss: 9999 kB\nPss: {} kB\n", pss_kib)); }
    PssSampler sampler() const { return PssSampler(*ProcFs::open(fake.root())); }
};

}  // namespace

TEST_CASE("what a tree holds stands until a process of it has run, and is not read meanwhile") {
    const SleepingTree tree;
    tree.holds(100);
    auto pss = tree.sampler();
    pss.start(0);
    REQUIRE_FALSE(pss.still_holds(1 * second, 7));
    pss.sample(1 * second, only_pid);
    tree.holds(900);  // nobody of the tree can have done it
    constexpr auto soon = second + second / 10;
    CHECK(pss.due(soon));
    CHECK(pss.still_holds(soon, 7));
    CHECK_FALSE(pss.due(soon + 1));
    CHECK(pss.total(soon)->peak_bytes == 100 * 1024);
    CHECK(pss.total(soon)->byte_seconds == Approx(10.0 * 1024));
    CHECK(pss.total(soon)->samples == 1);

    CHECK_FALSE(pss.still_holds(3 * second, 8));
    pss.sample(3 * second, only_pid);
    CHECK(pss.total(3 * second)->peak_bytes == 900 * 1024);
}

TEST_CASE("even a sleeping tree is read now and then, since others share its pages") {
    const SleepingTree tree;
    tree.holds(100);
    auto pss = tree.sampler();
    pss.start(0);
    int held = 0;
    std::uint64_t now = second;
    for (int due = 0; due < 100; ++due) {
        if (pss.still_holds(now, 7))
            ++held;
        else
            pss.sample(now, only_pid);
        while (!pss.due(now)) now += second / 1000;
    }
    CHECK(held >= 90);
    CHECK(held < 98);
    CHECK(pss.total(now)->samples == 100U - static_cast<unsigned>(held));
}
