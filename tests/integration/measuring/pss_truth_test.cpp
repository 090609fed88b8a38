// PSS of a tree that changes while its processes are read one after the other.
#include <catch2/catch.hpp>

#include "tests/integration/support/own_copy_of_workload.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

// Eight children exit one by one, 250 times; the first time only once they have been looked at. With each exit the others have
// larger shares of the memory.
void follow_shrinking_families(const char* source) {
    const OwnCopyOfWorkload own;
    const auto measured = measure_workload({"--source", source}, {"memory-fork", "16", "8", "1", "250"});
    INFO(measured.ended.err);
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("pss_peak_bytes") <= 1.01 * measured.truth.at("pss_peak_bytes").get<double>());
}

// Nobody looks during the spike, but the resident size is followed.
void follow_spike(const char* source) {
    const OwnCopyOfWorkload own;
    const auto measured = measure_workload({"--source", source}, {"memory-spike", "40", "16", "2", "3"});
    INFO(measured.ended.err);
    REQUIRE(measured.ended.code() == 0);
    const auto truth = measured.truth.at("pss_peak_bytes").get<double>();
    CHECK_THAT(measured.metric("pss_peak_bytes"), Catch::WithinRel(truth, 0.02));
    CHECK(measured.metric("pss_peak_bytes") <= measured.metric("rss_peak_bytes"));
    CHECK(measured.metric("pss_average_bytes") <= measured.metric("rss_average_bytes"));
    CHECK_THAT(measured.result.at("measurement").at("sources").at("pss_peak_bytes").at("note").get<std::string>(),
               Catch::EndsWith(" looks"));
}

void look_through_a_living_thread(const char* source) {
    const OwnCopyOfWorkload own;
    const auto measured = measure_workload({"--source", source}, {"memory-leader-exits", "32", "3"});
    INFO(measured.ended.err);
    REQUIRE(measured.ended.code() == 0);
    CHECK_THAT(measured.metric("pss_peak_bytes"), Catch::WithinRel(measured.truth.at("pss_peak_bytes").get<double>(), 0.02));
}

}  // namespace

TEST_CASE("the PSS peak follows the resident size between two looks, and PSS is never above it") { follow_spike("procfs"); }

TEST_CASE("in eBPF mode, too, the PSS peak follows the resident size between two looks", "[privileged]") {
    if (skipped(no_ebpf())) return;
    follow_spike("ebpf");
}

TEST_CASE("the PSS of a process whose first thread has ended is read through another") { look_through_a_living_thread("procfs"); }

TEST_CASE("in eBPF mode, too, the PSS of a process whose first thread has ended is read", "[privileged]") {
    if (skipped(no_ebpf())) return;
    look_through_a_living_thread("ebpf");
}

TEST_CASE("a command that nobody could look at often enough has no PSS, and the result says why") {
    const auto measured = measure({}, {"true"});
    REQUIRE(measured.ended.code() == 0);
    const auto& unavailable = measured.result.at("measurement").at("unavailable");
    CHECK_THAT(unavailable.at("pss_peak_bytes").get<std::string>(), Catch::Contains("too few looks"));
    CHECK_FALSE(measured.run().at("metrics").contains("pss_average_bytes"));
}

TEST_CASE("a process that ends while the others are read is not counted in addition to their larger shares") {
    follow_shrinking_families("procfs");
}

TEST_CASE("in eBPF mode, too, a process that ends while the others are read is not counted in addition", "[privileged]") {
    if (skipped(no_ebpf())) return;
    follow_shrinking_families("ebpf");
}

}  // namespace perfwrap::test
