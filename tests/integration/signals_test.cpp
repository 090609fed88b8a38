#include <catch2/catch.hpp>
#include <csignal>
#include <utility>

#include "run_perfwrap.hpp"

namespace perfwrap::test {

TEST_CASE("a signal sent to perfwrap reaches the command, once") {
    const std::vector<std::pair<int, std::string>> signals{{SIGHUP, "HUP"},     {SIGINT, "INT"},   {SIGQUIT, "QUIT"},
                                                           {SIGTERM, "TERM"},   {SIGUSR1, "USR1"}, {SIGUSR2, "USR2"},
                                                           {SIGWINCH, "WINCH"}, {SIGCONT, "CONT"}};
    for (const std::string source : {"auto", "procfs"}) {
        for (const auto& [signal, name] : signals) {
            DYNAMIC_SECTION(name << ", --source " << source) {
                Child child({.argv = perfwrap_words({"--source", source}, workload_words({"count-signals"}))});
                REQUIRE(child.read_line() == "ready");
                REQUIRE(::kill(child.pid(), signal) == 0);
                const auto ended = child.wait();
                CHECK(ended.out == name + " 1\n");
                CHECK(ended.code() == 0);
            }
        }
    }
}

TEST_CASE("a signal that kills the command ends perfwrap with 128+N") {
    Child child({.argv = perfwrap_words({}, {"sh", "-c", "echo ready; exec sleep 60"})});
    REQUIRE(child.read_line() == "ready");
    REQUIRE(::kill(child.pid(), SIGTERM) == 0);
    CHECK(child.wait().code() == 128 + SIGTERM);
}

}  // namespace perfwrap::test
