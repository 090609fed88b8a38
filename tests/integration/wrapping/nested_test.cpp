#include <catch2/catch.hpp>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

TEST_CASE("perfwrap measures a perfwrap that measures a command") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto inner_words = perfwrap_words({"--source", source, "-o", folder / "inner.json"},
                                                workload_words({"--truth", folder / "truth.json", "cpu-children", "100", "5"}));
        const auto outer = measure({"--source", source}, inner_words);
        REQUIRE(outer.ended.code() == 0);
        const auto inner_seconds = nlohmann::json::parse(read_file(folder / "inner.json"))
                                       .at("runs")
                                       .at(0)
                                       .at("metrics")
                                       .at("cpu_seconds")
                                       .get<double>();
        const auto truth_seconds = nlohmann::json::parse(read_file(folder / "truth.json")).at("cpu_seconds_rusage").get<double>();
        CHECK_THAT(inner_seconds, Catch::WithinRel(truth_seconds, cpu_tolerance));
        CHECK(outer.metric("cpu_seconds") >= inner_seconds);
    }
}

}  // namespace perfwrap::test
