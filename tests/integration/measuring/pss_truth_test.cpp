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

}  // namespace

TEST_CASE("a process that ends while the others are read is not counted in addition to their larger shares") {
    follow_shrinking_families("procfs");
}

TEST_CASE("in eBPF mode, too, a process that ends while the others are read is not counted in addition", "[privileged]") {
    if (skipped(no_ebpf())) return;
    follow_shrinking_families("ebpf");
}

}  // namespace perfwrap::test
