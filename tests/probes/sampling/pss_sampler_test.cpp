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
    REQUIRE(pss.due(due));
    while (due - not_due > 1) {
        const auto middle = not_due + (due - not_due) / 2;
        (pss.due(middle) ? due : not_due) = middle;
    }
    return due;
}

struct SleepingTree {
    FakeProc fake;
    SleepingTree() { fake.put({.pid = only_pid[0], .parent_pid = 1}); }
    void holds(int pss_kib) const { fake.write("20/smaps_rollup", fmt::format("Rss: 9999 kB\nPss: {} kB\n", pss_kib)); }
    PssSampler sampler() const { return PssSampler(*ProcFs::open(fake.root())); }
};

}  // namespace

TEST_CASE("the memory of a tree is not read again until one of its processes has run") {
    const SleepingTree tree;
    tree.holds(100);
    auto pss = tree.sampler();
    pss.start(0);
    REQUIRE_FALSE(pss.still_holds(1 * second, 7));
    pss.sample(1 * second, only_pid);
    tree.holds(900);  // no process of the tree can have caused it
    const auto soon = next_due(pss, 1 * second);
    CHECK(pss.still_holds(soon, 7));
    CHECK_FALSE(pss.due(soon + 1));
    CHECK(pss.total(soon)->peak_bytes == 100 * 1024);
    CHECK(pss.total(soon)->byte_seconds == Approx(100.0 * 1024 * static_cast<double>(soon - second) / second));
    CHECK(pss.total(soon)->samples == 1);

    const auto later = next_due(pss, soon);
    CHECK_FALSE(pss.still_holds(later, 8));
    pss.sample(later, only_pid);
    CHECK(pss.total(later)->peak_bytes == 900 * 1024);
}

TEST_CASE("even a sleeping tree is read now and then, since other processes share its pages") {
    const SleepingTree tree;
    tree.holds(100);
    auto pss = tree.sampler();
    pss.start(0);
    std::uint64_t now = second;
    REQUIRE_FALSE(pss.still_holds(now, 7));
    for (unsigned reads = 1; reads <= 5; ++reads) {
        pss.sample(now, only_pid);
        const auto read_at = now;
        now = next_due(pss, now);
        const auto read_again = read_at + 16 * (now - read_at);
        for (; pss.still_holds(now, 7); now = next_due(pss, now)) REQUIRE(now < read_again);
        CHECK(now >= read_again);
        CHECK(pss.total(now)->samples == reads);
    }
}
