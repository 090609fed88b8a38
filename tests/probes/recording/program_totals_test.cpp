#include "probes/recording/program_totals.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

TEST_CASE("The processes of a program add up, and the largest counts") {
    ProgramTotals totals;
    totals.add("cc1plus", {.processes = 1, .cpu_ns = 300, .rss_peak_bytes = 10});
    totals.add("as", {.processes = 1, .cpu_ns = 20, .rss_peak_bytes = 90});
    totals.add("cc1plus", {.processes = 1, .cpu_ns = 50, .rss_peak_bytes = 30});
    const auto sorted = totals.sorted();
    REQUIRE(sorted.size() == 2);
    CHECK(sorted[0].program == "cc1plus");
    CHECK(sorted[0].used.processes == 2);
    CHECK(sorted[0].used.cpu_ns == 350);
    CHECK(sorted[0].used.rss_peak_bytes == 30);
    CHECK(sorted[1].program == "as");
    CHECK(totals.others().processes == 0);
}

TEST_CASE("More programs than have a total of their own are one, and nothing is lost") {
    ProgramTotals totals;
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 3'000; ++i)
            totals.add("program-" + std::to_string(i), {.processes = 1, .cpu_ns = 7, .rss_peak_bytes = 100});
    const auto sorted = totals.sorted();
    REQUIRE(sorted.size() == ProgramTotals::most_programs);
    for (const auto& each : sorted) CHECK(each.used.processes == 2);
    CHECK(totals.others().processes == 4'000);
    CHECK(totals.others().cpu_ns == 28'000);
    CHECK(totals.others().rss_peak_bytes == 100);
}

TEST_CASE("A name longer than a file name can be is cut") {
    ProgramTotals totals;
    totals.add(std::string(100'000, 'n'), {.processes = 1});
    CHECK(totals.sorted().front().program == std::string(ProgramTotals::longest_name, 'n'));
}
