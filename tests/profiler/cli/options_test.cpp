#include "profiler/cli/options.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <sstream>

using namespace perfwrap;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

using Words = std::vector<std::string>;

constexpr std::array formats{OutputFormat{"json", ".json", "Everything that was measured"},
                             OutputFormat{"prometheus", ".prom", "Prometheus text format"}};

RunOptions run(const Words& arguments) {
    const auto options = parse_options(arguments, formats, "1.2.3");
    if (!options) FAIL(options.error().text);
    REQUIRE(std::holds_alternative<RunOptions>(*options));
    return std::get<RunOptions>(*options);
}

DoctorOptions doctor(const Words& arguments) {
    const auto options = parse_options(arguments, formats, "1.2.3");
    if (!options) FAIL(options.error().text);
    REQUIRE(std::holds_alternative<DoctorOptions>(*options));
    return std::get<DoctorOptions>(*options);
}

OptionsExit exit_for(const Words& arguments) {
    auto options = parse_options(arguments, formats, "1.2.3");
    REQUIRE_FALSE(options);
    return options.error();
}

std::string complaint_of(const Words& arguments) {
    const auto exit = exit_for(arguments);
    CHECK(exit.code == 125);
    CHECK_THAT(exit.text, Catch::Matchers::StartsWith("perfwrap: ") && Contains("--help"));
    return exit.text;
}

}  // namespace

TEST_CASE("an empty value is the option's, and the next word is not") {
    const auto options = run({"-q", "--name=", "-o", "out.json", "-qn", "--name=", "--", "true", "--name="});
    CHECK(options.benchmark_name == "--name=");
    CHECK(options.outputs.size() == 1);
    CHECK(options.command == Words{"true", "--name="});
    CHECK(run({"--name=", "true"}).benchmark_name == "true");
    CHECK_THAT(complaint_of({"--interval=", "10ms", "true"}), Contains("--interval: '' is no duration"));
}

TEST_CASE("a complaint shows what was typed and does nothing to the terminal") {
    CHECK_THAT(complaint_of({"--source", "\033]0;title\a\xff\n", "true"}), Contains("'\\x1b]0;title\\x07\\xff\\n'"));
    CHECK_THAT(complaint_of({"--no-such\r-option", "true"}), Contains("'--no-such\\r-option'"));
}

TEST_CASE("A command alone runs with the defaults") {
    const auto options = run({"python", "bench.py"});
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
    const auto options = run({"run",
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
    CHECK_FALSE(run({"--checkpoint", "off", "true"}).checkpoint);
    CHECK(options.quiet);
    CHECK(options.command == Words{"./bench"});
}

TEST_CASE("Everything from the first word on that is no option is the command, untouched") {
    CHECK(run({"-o", "x.json", "python", "-o", "y", "--help", "-q"}).command == Words{"python", "-o", "y", "--help", "-q"});
    CHECK_FALSE(run({"python", "-q"}).quiet);
    CHECK(run({"tool", "--", "x", "--"}).command == Words{"tool", "--", "x", "--"});
    CHECK(run({"-q", "tool", "", " ", "[a]"}).command == Words{"tool", "", " ", "[a]"});
    CHECK(run({"-qo", "-", "tool"}).outputs.front().path == "-");
}

TEST_CASE("Two hyphens end the options") {
    CHECK(run({"--", "doctor"}).command == Words{"doctor"});
    CHECK(run({"-q", "--", "-weird", "-o"}).command == Words{"-weird", "-o"});
    CHECK(run({"--", "--", "x"}).command == Words{"--", "x"});
}

TEST_CASE("doctor and run are subcommands as the first word only") {
    CHECK_FALSE(doctor({"doctor"}).json);
    CHECK(doctor({"doctor", "--json"}).json);
    CHECK(run({"run", "doctor"}).command == Words{"doctor"});
    CHECK(run({"run", "run", "x"}).command == Words{"run", "x"});
    CHECK(run({"-q", "doctor"}).command == Words{"doctor"});
}

TEST_CASE("Of an option given twice the later one wins") {
    const auto options = run({"--interval", "1ms", "--interval", "2ms", "-n", "a", "-n", "b", "-l", "k=1", "-l", "k=2", "x"});
    CHECK(options.plan.interval == 2ms);
    CHECK(options.benchmark_name == "b");
    CHECK(options.labels.at("k") == "2");
}

TEST_CASE("An unknown option is named together with the nearest one") {
    CHECK_THAT(complaint_of({"--outptu", "x.json", "true"}), Contains("'--outptu'") && Contains("did you mean --output?"));
    CHECK_THAT(complaint_of({"--max=5", "true"}), Contains("did you mean --max-processes?"));
    CHECK_THAT(complaint_of({"-x", "true"}), Contains("'-x'"));
    CHECK_THAT(complaint_of({"--frobnicate", "true"}), !Contains("did you mean"));
    CHECK_THAT(complaint_of({"doctor", "--jsn"}), Contains("did you mean --json?") && Contains("perfwrap doctor --help"));
    CHECK_THAT(complaint_of({"doctor", "who"}), Contains("perfwrap -- doctor"));
}

TEST_CASE("A missing command is an error with a usage hint") {
    for (const auto& arguments : {Words{}, Words{"run"}, Words{"--"}, Words{"-q"}, Words{"-o", "x.json"}})
        CHECK_THAT(complaint_of(arguments), Contains("no command given") && Contains("perfwrap [OPTIONS] [--] COMMAND"));
}

TEST_CASE("A bad value is named together with its option") {
    CHECK_THAT(complaint_of({"--interval", "10", "true"}), Contains("--interval: '10'"));
    CHECK_THAT(complaint_of({"--timeout", "soon", "true"}), Contains("--timeout: 'soon'"));
    CHECK_THAT(complaint_of({"--source", "ebf", "true"}), Contains("--source: 'ebf'") && Contains("auto, ebpf, procfs"));
    CHECK_THAT(complaint_of({"--orphans", "eat", "true"}), Contains("leave, wait, kill"));
    CHECK_THAT(complaint_of({"--max-processes", "-1", "true"}), Contains("--max-processes: '-1'"));
    CHECK_THAT(complaint_of({"-o", "yaml:x", "true"}), Contains("--output") && Contains("json (.json), prometheus (.prom)"));
    CHECK_THAT(complaint_of({"-l", "x", "true"}), Contains("--label: 'x'"));
    CHECK_THAT(complaint_of({"-o"}), Contains("--output") && Contains("missing"));
}

TEST_CASE("Help names every option, format, exit code and metric, within 80 columns") {
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
        for (const auto& info : metric_catalogue()) CHECK_THAT(exit.text, Contains("\n  " + std::string{info.key} + " "));
        std::istringstream text(exit.text);
        for (std::string line; std::getline(text, line);) {
            CAPTURE(line);
            CHECK(line.size() <= 80);
        }
        CHECK_THAT(exit.text, Catch::Matchers::EndsWith("\n") && !Catch::Matchers::EndsWith("\n\n"));
    }
}

TEST_CASE("The version is one line") {
    const auto exit = exit_for({"--version"});
    CHECK(exit.code == 0);
    CHECK(exit.text == "perfwrap 1.2.3\n");
}

TEST_CASE("The doctor has a help text of its own") {
    const auto exit = exit_for({"doctor", "--help"});
    CHECK(exit.code == 0);
    CHECK_THAT(exit.text, Contains("perfwrap doctor [--json]") && Contains("--json"));
}

TEST_CASE("The command's user is a name, or sudo's caller, and not both") {
    CHECK_FALSE(run({"x"}).user);
    CHECK_FALSE(run({"x"}).as_invoker);
    CHECK(run({"--user", "ada", "x"}).user == "ada");
    CHECK(run({"--user=1000", "x"}).user == "1000");
    CHECK(run({"--as-invoker", "x"}).as_invoker);
    CHECK_THAT(complaint_of({"--as-invoker", "--user", "ada", "x"}), Contains("give one of them"));
    CHECK_THAT(complaint_of({"--user", "", "x"}), Contains("empty"));
}

TEST_CASE("Without arguments the benchmark's name is that of the program") {
    CHECK(run({"--no-arguments", "python", "--token", "secret", "bench.py"}).benchmark_name == "python");
    CHECK(run({"--no-arguments", "/opt/a b/tool", "secret"}).benchmark_name == "tool");
    CHECK(run({"--no-arguments", "-n", "mine", "python", "bench.py"}).benchmark_name == "mine");
    CHECK(run({"python", "bench.py", "--no-arguments"}).benchmark_name == "bench.py");
}
