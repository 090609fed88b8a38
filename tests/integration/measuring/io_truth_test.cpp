// What the I/O figures count and what they do not, as their meanings say.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "exporters/result/metrics.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

// What else is read and written: the program itself, its truth.
constexpr double beside = 0.5 * mib;

bool meanings_name(const std::string& call) {
    return std::ranges::all_of(std::array{Metric::syscall_read_bytes, Metric::syscall_written_bytes},
                               [&](Metric metric) { return metric_info(metric).meaning.find(call) != std::string_view::npos; });
}

}  // namespace

TEST_CASE("bytes are counted by the system calls that their meanings name, and by no others") {
    struct Case {
        std::string call;
        std::string named;
        bool counted;
    };
    for (const auto& source : sources)
        for (const auto& [call, named, counted] : {Case{"read", "", true},
                                                   {"sendfile", "sendfile", true},
                                                   {"copy_file_range", "copy_file_range", true},
                                                   {"socket", "splice", false},
                                                   {"splice", "splice", false},
                                                   {"mapping", "mapped files", false}}) {
            CAPTURE(source, call);
            const TemporaryFolder folder;
            const auto measured = measure_workload({"--source", source}, {"io-calls", call, folder / "file"});
            REQUIRE(measured.ended.code() == 0);
            const auto bytes = counted ? measured.truth.at("bytes").get<double>() : 0.0;
            CHECK_THAT(measured.metric("syscall_read_bytes"), Catch::WithinAbs(bytes, beside));
            CHECK_THAT(measured.metric("syscall_written_bytes"), Catch::WithinAbs(bytes, beside));
            CHECK(meanings_name(named));
        }
}

TEST_CASE("what is removed before it is written back is not counted as sent to storage") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto measured = measure_workload({"--source", source}, {"io-unlinked", folder / "file"});
        const auto written = measured.truth.at("written_bytes").get<double>();
        const auto cancelled = measured.truth.at("cancelled_bytes").get<double>();
        if (skipped(cancelled > 0 ? std::nullopt : std::optional<std::string>("nothing is written back from here"))) return;
        CHECK(cancelled > 16 * mib);
        CHECK_THAT(measured.metric("storage_written_bytes"), Catch::WithinAbs(written - cancelled, beside));
    }
}

}  // namespace perfwrap::test
