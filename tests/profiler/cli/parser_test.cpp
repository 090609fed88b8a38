#include "tests/profiler/cli/command_lines.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("an empty value is the option's, and the next word is not") {
    const auto options = run_options({"-q", "-o", "out.json", "-qn", "--name=", "--", "true", "--name="});
    CHECK(options.benchmark_name == "--name=");
    CHECK(options.outputs.size() == 1);
    CHECK(options.command == Words{"true", "--name="});
    CHECK_THAT(complaint_of({"--name=", "mine", "true"}), Contains("--name: the name is empty"));
    CHECK_THAT(complaint_of({"--interval=", "10ms", "true"}), Contains("--interval: '' is not a duration"));
}

TEST_CASE("a complaint shows what was typed and does nothing to the terminal") {
    CHECK_THAT(complaint_of({"--source", "\033]0;title\a\xff\n", "true"}), Contains("'\\x1b]0;title\\x07\\xff\\n'"));
    CHECK_THAT(complaint_of({"--no-such\r-option", "true"}), Contains("'--no-such\\r-option'"));
}

TEST_CASE("Of an option given twice the later one wins") {
    const auto options =
        run_options({"--interval", "1ms", "--interval", "2ms", "-n", "a", "-n", "b", "-l", "k=1", "-l", "k=2", "x"});
    CHECK(options.plan.interval == 2ms);
    CHECK(options.benchmark_name == "b");
    CHECK(options.labels.at("k") == "2");
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
