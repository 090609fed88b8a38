#include "terminal.hpp"

#include <catch2/catch.hpp>

#include "run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

int occurrences(std::string_view text, std::string_view of) {
    int count = 0;
    for (auto at = text.find(of); at != std::string_view::npos; at = text.find(of, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("the command has the terminal as it would have it without perfwrap") {
    const auto command = workload_words({"show-launch"});
    const auto bare = Terminal(command).wait_for_end();
    CHECK_THAT(bare, Catch::Contains("terminal 1"));
    CHECK(Terminal(perfwrap_words({}, command)).wait_for_end() == bare);
}

TEST_CASE("Ctrl-C reaches the command once, although the terminal sends it to perfwrap too") {
    Terminal terminal(perfwrap_words({}, workload_words({"count-signals"})));
    terminal.wait_for("ready");
    terminal.type("\x03");
    CHECK_THAT(terminal.wait_for_end(), Catch::Contains("INT 1\r\n"));
}

TEST_CASE("Ctrl-Z stops the whole job, and it goes on when it is resumed") {
    auto job = workload_words({"job-control"});
    for (const auto& word : perfwrap_words({}, workload_words({"count-signals"}))) job.push_back(word);
    Terminal terminal(job);
    terminal.wait_for("ready");
    terminal.type("\x1a");
    const auto screen = terminal.wait_for_end();
    CHECK(occurrences(screen, "stopped") == 1);
    CHECK_THAT(screen, Catch::Contains("CONT ") && Catch::Contains("ended 0"));
}

}  // namespace perfwrap::test
