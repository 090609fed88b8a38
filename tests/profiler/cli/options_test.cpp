#include "profiler/cli/options.hpp"

#include <catch2/catch.hpp>

#include "tests/profiler/cli/command_lines.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using Catch::Matchers::Contains;

TEST_CASE("doctor and run are subcommands as the first word only") {
    CHECK_FALSE(doctor_options({"doctor"}).json);
    CHECK(doctor_options({"doctor", "--json"}).json);
    CHECK(run_options({"run", "doctor"}).command == Words{"doctor"});
    CHECK(run_options({"run", "run", "x"}).command == Words{"run", "x"});
    CHECK(run_options({"-q", "doctor"}).command == Words{"doctor"});
}

TEST_CASE("The version is one line") {
    const auto exit = exit_for({"--version"});
    CHECK(exit.code == 0);
    CHECK(exit.text == "perfwrap 1.2.3\n");
}
