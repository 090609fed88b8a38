#include <catch2/catch.hpp>

#include "probes/procfs/tree_samples.hpp"
#include "tests/support/units.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

TrackedProcess holding(int pid, std::uint64_t anon_mib, std::uint64_t peak_mib = 0) {
    TrackedProcess p;
    p.pid = pid;
    p.command = std::make_shared<const std::vector<std::string>>(1, "p" + std::to_string(pid));
    p.memory.anon_bytes = anon_mib * mib;
    p.rss_peak_bytes = std::max(anon_mib, peak_mib) * mib;
    p.threads = 2;
    return p;
}

Observation observe(const TreeSamples& samples) {
    Observation seen;
    samples.observe(seen, 10);
    return seen;
}

}  // namespace

TEST_CASE("the peak is the sum at one moment, with its holders largest first") {
    TreeSamples samples(2);
    samples.add(0 * s, std::vector{holding(1, 10), holding(2, 20)}, 0);
    samples.add(1 * s, std::vector{holding(1, 50), holding(2, 60)}, 0);
    samples.add(2 * s, std::vector{holding(1, 100)}, 0);
    samples.close(3 * s, 0);
    const auto seen = observe(samples);
    CHECK(seen.memory.rss->peak_bytes == 110 * mib);
    REQUIRE(seen.peak);
    CHECK(seen.peak->at_ns == 1 * s);
    REQUIRE(seen.peak->holders.size() == 2);
    CHECK(seen.peak->holders[0].pid == 2);
    CHECK(seen.peak->holders[0].rss_bytes == 60 * mib);
    CHECK(seen.peak->holders[1].command == std::vector<std::string>{"p1"});
    CHECK(seen.totals.processes_peak == 2);
    CHECK(seen.totals.threads_peak == 4);
}

TEST_CASE("the average is weighted by time, linear between samples and constant after the last") {
    TreeSamples samples(2);
    samples.add(0 * s, std::vector{holding(1, 100)}, 0);
    samples.add(1 * s, std::vector{holding(1, 200)}, 0);  // 150 for 1 s
    samples.add(4 * s, std::vector{holding(1, 200)}, 0);  // 200 for 3 s
    samples.close(8 * s, 0);                              // 200 for 4 s
    const auto seen = observe(samples);
    CHECK(seen.memory.rss->observed_seconds == Approx(8));
    CHECK(seen.memory.rss->byte_seconds / 8 == Approx((150.0 + 600 + 800) / 8 * mib));
    CHECK(seen.mean_interval_seconds == Approx(8.0 / 3));
}

TEST_CASE("a spike between samples counts as far as the kernel's high-water mark proves it") {
    TreeSamples samples(2);
    samples.add(0 * s, std::vector{holding(1, 64), holding(2, 8)}, 0);
    samples.add(1 * s, std::vector{holding(1, 64, 576), holding(2, 8)}, 0);
    auto seen = observe(samples);
    CHECK(seen.memory.rss->peak_bytes == 576 * mib);
    REQUIRE(seen.peak->holders.size() == 1);
    CHECK(seen.peak->holders.front().pid == 1);
    CHECK(seen.peak->holders.front().rss_bytes == 576 * mib);

    samples.add(2 * s, std::vector{holding(1, 400, 576), holding(2, 300)}, 0);  // the sum outgrows it
    seen = observe(samples);
    CHECK(seen.memory.rss->peak_bytes == 700 * mib);
    CHECK(seen.peak->holders.size() == 2);
}

TEST_CASE("the timeline shows a spike in the step in which it was, and at the end one that nobody saw") {
    TreeSamples samples(2);
    samples.add(0 * s, std::vector{holding(1, 64)}, 0);
    samples.add(1 * s, std::vector{holding(1, 64, 200)}, 0);
    samples.add(2 * s, std::vector{holding(1, 64, 200)}, 0);
    samples.raise_peak(3 * s + 1, holding(1, 64), 300 * mib);
    samples.close(3 * s, 0);
    const auto seen = observe(samples);
    CHECK(seen.peak->at_ns == 3 * s);
    std::vector<std::uint64_t> maxima_mib;
    for (const auto& bucket : seen.timeline.buckets()) maxima_mib.push_back(bucket.rss_max_bytes / mib);
    CHECK(maxima_mib == std::vector<std::uint64_t>{200, 64, 300});
}

TEST_CASE("if a command ends before its memory can be read, at most its peak is known") {
    TreeSamples samples(2);
    samples.add(0, std::vector{holding(1, 0)}, 0);
    samples.close(1 * s, 0);
    CHECK_FALSE(observe(samples).memory.rss);
    samples.raise_peak(5 * mib);
    const auto seen = observe(samples);
    REQUIRE(seen.memory.rss);
    CHECK(seen.memory.rss->peak_bytes == 5 * mib);
    CHECK(seen.memory.rss->observed_seconds == 0);
    CHECK_FALSE(seen.memory.rss_anon_peak_bytes);
    CHECK_FALSE(seen.memory.swap_peak_bytes);
    CHECK_FALSE(seen.peak);
}

TEST_CASE("memory of foreign processes is not part of the tree") {
    auto foreign = holding(3, 1000);
    foreign.foreign = true;
    TreeSamples samples(2);
    samples.add(0, std::vector{holding(1, 10), foreign}, 0);
    samples.close(1 * s, 0);
    CHECK(observe(samples).memory.rss->peak_bytes == 10 * mib);
    CHECK(observe(samples).totals.processes_peak == 1);
}

TEST_CASE("the timeline covers the window and never shows more CPU than there are CPUs") {
    TreeSamples samples(2);
    samples.add(0 * s, std::vector{holding(1, 10)}, 0);
    samples.add(1 * s, std::vector{holding(1, 30), holding(2, 10)}, s / 2);
    samples.add(2 * s, std::vector{holding(1, 30)}, 4 * s);  // 3.5 s at once: children were waited for
    samples.add(3 * s, std::vector{holding(1, 30)}, 3 * s);  // seems to decrease
    samples.close(4 * s, 4 * s);
    const auto buckets = observe(samples).timeline.buckets();
    REQUIRE(buckets.size() == 4);
    CHECK(buckets[0].start_ns == 0);
    CHECK(buckets[0].rss_max_bytes == 40 * mib);
    CHECK(buckets[0].rss_mean_bytes == Approx(25.0 * mib));
    CHECK(buckets[0].cpu_ns == s / 2);
    CHECK(buckets[0].processes_max == 2);
    CHECK(buckets[1].cpu_ns == 2 * s);
    CHECK(buckets[2].cpu_ns == s / 2);
    CHECK(buckets[3].cpu_ns == 1 * s);
    CHECK(buckets[3].start_ns + buckets[3].length_ns == 4 * s);
}

TEST_CASE("samples beyond the end of the window leave neither a step of the timeline nor a peak there") {
    TreeSamples samples(2);
    samples.add(0 * s, std::vector{holding(1, 10)}, 0);
    samples.add(3 * s, std::vector{holding(1, 10)}, 0);
    samples.add(6 * s, std::vector{holding(1, 10)}, 0);
    samples.raise_peak(7 * s, holding(1, 0), 20 * mib);  // at its reaping
    samples.close(2 * s, 0);
    const auto seen = observe(samples);
    REQUIRE(seen.timeline.buckets().size() == 1);
    CHECK(seen.timeline.buckets()[0].length_ns == 2 * s);
    CHECK(seen.timeline.buckets()[0].rss_mean_bytes == Approx(10.0 * mib));
    CHECK(seen.peak->at_ns == 2 * s);
}
