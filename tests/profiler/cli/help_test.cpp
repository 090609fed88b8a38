#include "profiler/cli/help.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/profiler/cli/command_lines.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using Catch::Matchers::Contains;

TEST_CASE("Help names every option, format, and exit code, within 80 columns") {
    for (const auto& arguments : {Words{"--help"}, Words{"-h"}, Words{"run", "--help"}}) {
        const auto exit = exit_for(arguments);
        CHECK(exit.code == 0);
        for (const auto* option :
             {"--output [FORMAT:]PATH", "--name NAME", "--label KEY=VALUE", "--cgroup", "--interval DURATION", "--exact-memory",
              "--source auto|ebpf|procfs", "--orphans leave|wait|kill", "--timeout DURATION", "--no-arguments  ",
              "--max-processes N", "--quiet", "--version", "perfwrap doctor [--json]"})
            CHECK_THAT(exit.text, Contains(option));
        CHECK_THAT(exit.text,
                   Contains("json, .json") && Contains("Everything that was measured") && Contains("125") && Contains("128+N"));
        CHECK_THAT(exit.text, Contains("perfwrap metrics [--json]") && !Contains("rss_peak_bytes"));
        std::istringstream text(exit.text);
        for (std::string line; std::getline(text, line);) {
            CAPTURE(line);
            CHECK(line.size() <= 80);
        }
        CHECK_THAT(exit.text, Catch::Matchers::EndsWith("\n") && !Catch::Matchers::EndsWith("\n\n"));
    }
}

TEST_CASE("Every metric is listed with meaning, unit and direction, within 80 columns") {
    const auto list = metrics_text();
    for (const auto& info : metric_catalogue()) CHECK_THAT("\n" + list, Contains("\n  " + std::string{info.key} + " "));
    CHECK_THAT(list, Contains("(seconds, lower is better)") && Contains("(cores)"));
    std::istringstream text(list);
    for (std::string line; std::getline(text, line);) CHECK(line.size() <= 80);
}

TEST_CASE("The doctor has a help text of its own") {
    const auto exit = exit_for({"doctor", "--help"});
    CHECK(exit.code == 0);
    CHECK_THAT(exit.text, Contains("perfwrap doctor [--json]") && Contains("--json"));
}
