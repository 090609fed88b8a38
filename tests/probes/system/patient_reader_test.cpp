// A FIFO that nobody writes stands for a file that the kernel does not answer for.
#include "probes/system/patient_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "probes/sampling/pss_sampler.hpp"
#include "probes/system/clock.hpp"
#include "probes/system/proc_files.hpp"
#include "tests/support/fake_proc.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr std::uint64_t one_second_ns = 1'000'000'000;

// Process 20 is stuck, 21 is not.
struct Stuck {
    Stuck() {
        fake.put({.pid = 20, .parent_pid = 1});
        fake.put({.pid = 21, .parent_pid = 1});
        fake.write("21/smaps_rollup", "Rss: 8 kB\nPss: 4 kB\n");
        ::unlink(fifo.c_str());
        REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    }
    // Whoever waits for a writer gets an empty file.
    void answer() const { const UniqueFd writer{::open(fifo.c_str(), O_WRONLY | O_CLOEXEC)}; }

    FakeProc fake;
    std::string fifo = std::string(fake.root()) + "/20/smaps_rollup";
};

}  // namespace

TEST_CASE("a file of a process that does not answer is given up, the process not asked again until it does, others are") {
    const Stuck stuck;
    auto proc = *ProcFs::open(stuck.fake.root());
    CHECK(proc.page_tables(20).error() == Unreadable::stuck);
    const auto asked_again_ns = monotonic_ns();
    for (int i = 0; i < 100; ++i) REQUIRE(proc.cmdline(20).error() == Unreadable::stuck);
    CHECK(monotonic_ns() - asked_again_ns < 50 * one_second_ns);
    CHECK(proc.page_tables(21)->pss_bytes == 4096);
    stuck.answer();
    while (!proc.cmdline(20) && proc.cmdline(20).error() == Unreadable::stuck) ::usleep(1000);
}

TEST_CASE("whoever has left a thread behind can go") {
    const Stuck stuck;
    {
        auto proc = *ProcFs::open(stuck.fake.root());
        CHECK(proc.page_tables(20).error() == Unreadable::stuck);
    }
    stuck.answer();
}

TEST_CASE("a look at a tree that lacks a process which does not answer is none") {
    const Stuck stuck;
    PssSampler pss(*ProcFs::open(stuck.fake.root()));
    pss.start(0);
    pss.sample(one_second_ns, std::array{20, 21}, 1000);
    CHECK(pss.looks().looks == 0);
    pss.sample(2 * one_second_ns, std::array{21}, 2000);
    CHECK(pss.looks().looks == 1);
    stuck.answer();
}
