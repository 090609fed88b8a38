#include "profiler/cli/run_options.hpp"

#include <catch2/catch.hpp>

#include "tests/profiler/cli/command_lines.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("A command alone runs with the defaults") {
    const auto options = run_options({"python", "bench.py"});
    CHECK(options.command == Words{"python", "bench.py"});
    CHECK(options.benchmark_name == "bench.py");
    CHECK(options.outputs.empty());
    CHECK(options.labels.empty());
    CHECK(options.plan.source == SourceChoice::automatic);
    CHECK_FALSE(options.plan.cgroup);
    CHECK_FALSE(options.plan.exact_memory);
    CHECK_FALSE(options.plan.interval);
    CHECK(options.orphans == Orphans::leave);
    CHECK_FALSE(options.timeout);
    CHECK(options.record_arguments);
    CHECK(options.max_processes == 1000);
    CHECK(options.checkpoint == 30s);
    CHECK_FALSE(options.quiet);
}

TEST_CASE("Every option arrives") {
    const auto options = run_options({"run",
                                      "-o",
                                      "a.json",
                                      "--output=prometheus:b",
                                      "-n",
                                      "nightly",
                                      "-l",
                                      "runner=ci",
                                      "--label",
                                      "n=[1,2]",
                                      "--cgroup",
                                      "--exact-memory",
                                      "--interval",
                                      "500us",
                                      "--source=procfs",
                                      "--orphans",
                                      "kill",
                                      "--timeout",
                                      "1m",
                                      "--no-arguments",
                                      "--max-processes",
                                      "0",
                                      "--checkpoint",
                                      "2m",
                                      "-q",
                                      "./bench"});
    REQUIRE(options.outputs.size() == 2);
    CHECK(options.outputs[0].format == "json");
    CHECK(options.outputs[0].path == "a.json");
    CHECK(options.outputs[1].format == "prometheus");
    CHECK(options.outputs[1].path == "b");
    CHECK(options.benchmark_name == "nightly");
    CHECK(options.labels == std::map<std::string, std::string>{{"runner", "ci"}, {"n", "[1,2]"}});
    CHECK(options.plan.cgroup);
    CHECK(options.plan.exact_memory);
    CHECK(options.plan.interval == 500us);
    CHECK(options.plan.source == SourceChoice::procfs);
    CHECK(options.orphans == Orphans::kill);
    CHECK(options.timeout == 1min);
    CHECK_FALSE(options.record_arguments);
    CHECK(options.max_processes == 0);
    CHECK(options.checkpoint == 2min);
    CHECK_FALSE(run_options({"--checkpoint", "off", "true"}).checkpoint);
    CHECK(options.quiet);
    CHECK(options.command == Words{"./bench"});
}

TEST_CASE("Everything from the first word that is not an option is the command, untouched") {
    CHECK(run_options({"-o", "x.json", "python", "-o", "y", "--help", "-q"}).command ==
          Words{"python", "-o", "y", "--help", "-q"});
    CHECK_FALSE(run_options({"python", "-q"}).quiet);
    CHECK(run_options({"tool", "--", "x", "--"}).command == Words{"tool", "--", "x", "--"});
    CHECK(run_options({"-q", "tool", "", " ", "[a]"}).command == Words{"tool", "", " ", "[a]"});
    CHECK(run_options({"-qo", "-", "tool"}).outputs.front().path == "-");
}

TEST_CASE("Two hyphens end the options") {
    CHECK(run_options({"--", "doctor"}).command == Words{"doctor"});
    CHECK(run_options({"-q", "--", "-weird", "-o"}).command == Words{"-weird", "-o"});
    CHECK(run_options({"--", "--", "x"}).command == Words{"--", "x"});
}

TEST_CASE("An unknown option is an error that suggests the nearest one") {
    CHECK_THAT(complaint_of({"--outptu", "x.json", "true"}), Contains("'--outptu'") && Contains("did you mean --output?"));
    CHECK_THAT(complaint_of({"-x", "true"}), Contains("'-x'"));
}

TEST_CASE("A missing command is an error with a usage hint") {
    for (const auto& arguments : {Words{}, Words{"run"}, Words{"--"}, Words{"-q"}, Words{"-o", "x.json"}})
        CHECK_THAT(complaint_of(arguments), Contains("no command given") && Contains("perfwrap [OPTIONS] [--] COMMAND"));
}

TEST_CASE("The command's user is a name, or sudo's caller, and not both") {
    CHECK_FALSE(run_options({"x"}).user);
    CHECK_FALSE(run_options({"x"}).as_invoker);
    CHECK(run_options({"--user", "ada", "x"}).user == "ada");
    CHECK(run_options({"--user=1000", "x"}).user == "1000");
    CHECK(run_options({"--as-invoker", "x"}).as_invoker);
    CHECK_THAT(complaint_of({"--as-invoker", "--user", "ada", "x"}), Contains("cannot be combined"));
    CHECK_THAT(complaint_of({"--user", "", "x"}), Contains("empty"));
}

TEST_CASE("An empty name is an error that says what to do") {
    for (const auto& arguments : {Words{"-n", "", "x"}, Words{"--name=", "x"}, Words{"--name", "", "x"}})
        CHECK_THAT(complaint_of(arguments), Contains("--name: the name is empty") && Contains("leave the option out"));
}

TEST_CASE("Without arguments the benchmark's name is that of the program") {
    CHECK(run_options({"--no-arguments", "python", "--token", "secret", "bench.py"}).benchmark_name == "python");
    CHECK(run_options({"--no-arguments", "/opt/a b/tool", "secret"}).benchmark_name == "tool");
    CHECK(run_options({"--no-arguments", "-n", "mine", "python", "bench.py"}).benchmark_name == "mine");
    CHECK(run_options({"python", "bench.py", "--no-arguments"}).benchmark_name == "bench.py");
}
