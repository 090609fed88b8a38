// perfwrap's own memory, whatever the tree does.
#include <catch2/catch.hpp>
#include <string>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

// GNU time reports the largest of perfwrap and the processes that it waited for, which are small here.
double peak_mib(const std::string& source, const Words& workload) {
    const TemporaryFolder folder;
    Words words{"time", "--quiet", "--format", "%M", "--output", folder / "kib"};
    const auto measured = perfwrap_words({"--source", source, "-o", folder / "result.json"}, workload_words(workload));
    words.insert(words.end(), measured.begin(), measured.end());
    const auto ended = run({.argv = words});
    INFO(ended.err);
    REQUIRE(ended.code() == 0);
    CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("runs").size() == 1);
    return std::stod(read_file(folder / "kib")) / 1024;
}

// However long the run is, and however many processes with the longest command lines there are at once.
constexpr double long_run_limit_mib = 16;
constexpr double crowd_limit_mib = 32;

void stays_small(const std::string& source) {
    if (skipped(sanitizer_that("keeps what is freed, so that memory is not bounded"))) return;
    CAPTURE(source);
    const std::string crowd_size = long_form() ? "2000" : "500";
    const double few = peak_mib(source, {"process-storm", "2000"});  // more than there are rows for
    const double storm = peak_mib(source, {"process-storm", long_form() ? "20000" : "5000"});
    const double crowd = peak_mib(source, {"process-crowd", crowd_size, crowd_size});
    CAPTURE(few, storm, crowd);
    CHECK(storm < long_run_limit_mib);
    CHECK(storm < few + 1);
    CHECK(crowd < crowd_limit_mib);
}

}  // namespace

TEST_CASE("own memory stays small over thousands of children, many live processes and the longest command lines: procfs",
          "[long]") {
    stays_small("procfs");
}

TEST_CASE("own memory stays small over thousands of children, many live processes and the longest command lines: eBPF",
          "[privileged][alone][long]") {
    if (skipped(no_ebpf())) return;
    stays_small("ebpf");
}

}  // namespace perfwrap::test
