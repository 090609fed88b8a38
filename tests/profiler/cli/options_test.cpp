#include "profiler/cli/options.hpp"

#include <catch2/catch.hpp>

#include "profiler/cli/spelling.hpp"
#include "tests/profiler/cli/command_lines.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using Catch::Matchers::Contains;

TEST_CASE("doctor and run are subcommands as the first word only") {
    CHECK_FALSE(doctor_options({"doctor"}).json);
    CHECK(doctor_options({"doctor", "--json"}).json);
    CHECK(run_options({"run", "doctor"}).command == Words{"doctor"});
    CHECK(run_options({"run", "run", "x"}).command == Words{"run", "x"});
    CHECK(doctor_options({"-q", "doctor", "--json"}).json);
    CHECK(run_options({"-q", "--", "doctor"}).command == Words{"doctor"});
    CHECK(run_options({"--", "metrics"}).command == Words{"metrics"});
    CHECK(std::get<MetricsOptions>(*parse_words({"metrics", "--json"})).json);
}

TEST_CASE("what is commonly typed is taken as meant") {
    CHECK(exit_for({"help"}).text == exit_for({"--help"}).text);
    for (const auto* word : {"version", "-V"}) CHECK(exit_for({word}).text == "perfwrap 1.2.3\n");
    CHECK(run_options({"help", "me"}).command == Words{"help", "me"});
    const auto outputs = run_options({"-o=r.json", "-oq.json", "-o", "R.JSON", "-o", "JSON:x", "true"}).outputs;
    REQUIRE(outputs.size() == 4);
    CHECK(outputs[0].path == "r.json");
    CHECK(outputs[1].path == "q.json");
    CHECK(outputs[2].path == "R.JSON");
    CHECK(outputs[3].format == "json");
}

TEST_CASE("what cannot be meant is answered with what to type") {
    CHECK_THAT(exit_for({"--timeout", "5", "true"}).text, Contains("'5' is not a duration without a unit: write 5s"));
    CHECK(nearest_subcommand("docter") == "doctor");
    CHECK(nearest_subcommand("metric") == "metrics");
    CHECK(nearest_subcommand("ls").empty());
}

TEST_CASE("The version is one line") {
    const auto exit = exit_for({"--version"});
    CHECK(exit.code == 0);
    CHECK(exit.text == "perfwrap 1.2.3\n");
}
