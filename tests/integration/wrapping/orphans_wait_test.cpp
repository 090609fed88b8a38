// --orphans wait measures until the last descendant has ended or perfwrap is asked to end; without it no descendant is waited
// for.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>
#include <string_view>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/marked_sleep.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

// perfwrap has reaped it, and handles no signal in the meantime.
void await_end_of(const Child& perfwrap, pid_t command) {
    await("the command's end", [&] {
        const auto children = children_of(perfwrap.pid());
        return std::ranges::find(children, command) == children.end();
    });
}

void await_marked(const std::string& sleep) {
    await("the orphan's exec", [&] { return running(sleep) == 1; });
}

bool has_pending(pid_t pid, int signal) {
    const auto status = read_file(fmt::format("/proc/{}/status", pid));
    constexpr std::string_view key = "ShdPnd:\t";
    return (std::stoull(status.substr(status.find(key) + key.size()), nullptr, 16) >> (signal - 1) & 1) != 0;
}

}  // namespace

TEST_CASE("with --orphans wait perfwrap measures until the last descendant has ended") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured = measure({"--source", source, "--orphans", "wait"},
                                      {"sh", "-c", fmt::format("(setsid '{}' burn 400 &); exit 3", workload_path())});
        CHECK(measured.ended.code() == 3);
        CHECK(measured.metric("cpu_seconds") >= 0.39);
        CHECK(measured.metric("wall_seconds") >= 0.39);
    }
}

TEST_CASE("with --orphans wait a signal ends the wait, and the result is complete") {
    for (const auto& source : sources) {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
            CAPTURE(source, signal);
            const TemporaryFolder folder;
            const auto sleep = unlikely();
            const auto script = with_workload("(setsid $W sleep $S >/dev/null 2>&1 & echo $$ $!); exit 3", sleep);
            Child child({.argv = perfwrap_words({"--source", source, "--orphans", "wait", "-o", folder / "result.json"},
                                                {"sh", "-c", script})});
            std::istringstream said(child.read_line());
            pid_t command = 0, orphan = 0;
            said >> command >> orphan;
            await_end_of(child, command);
            await_marked(sleep);
            ::kill(child.pid(), signal);
            CHECK(child.wait().code() == 3);
            CHECK(running(sleep) == 1);
            CHECK_FALSE(read_file(folder / "result.json").empty());
            ::kill(orphan, SIGKILL);
        }
    }
}

TEST_CASE("with --orphans wait a signal that was ignored when perfwrap was started does not end the wait") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Gate gate;
        const auto orphan = fmt::format("{}; exec '{}' exit 9", Gate::wait, workload_path());
        Child child({.argv = perfwrap_words({"--source", source, "--orphans", "wait", "-o", folder / "result.json"},
                                            {"sh", "-c", fmt::format("sh -c \"{}\" & echo $$ $!; exit 3", orphan)}),
                     .before_exec = [&] {
                         std::signal(SIGHUP, SIG_IGN);
                         gate.hand_over();
                     }});
        std::istringstream said(child.read_line());
        pid_t command = 0, waited_for = 0;
        said >> command >> waited_for;
        await_end_of(child, command);
        ::kill(child.pid(), SIGHUP);
        await("that the signal is taken", [&] { return !has_pending(child.pid(), SIGHUP); });
        gate.open();
        CHECK(child.wait().code() == 3);
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        const auto& rows = result.at("runs").at(0).at("processes").at("recorded");
        const auto row = std::ranges::find_if(rows, [&](const auto& each) { return each.at("pid") == waited_for; });
        REQUIRE(row != rows.end());
        CHECK(row->at("exit").at("code") == 9);
    }
}

TEST_CASE("a background child that holds standard output does not delay the end") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto sleep = unlikely();
        Child child({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"},
                                            {"sh", "-c", with_workload("$W sleep $S & echo $!; exit 5", sleep)})});
        const auto holder = static_cast<pid_t>(std::stoi(child.read_line()));
        await("perfwrap's end", [&] { return state_of(child.pid()) == 'Z'; });
        await_marked(sleep);
        CHECK_FALSE(read_file(folder / "result.json").empty());
        ::kill(holder, SIGKILL);
        CHECK(child.wait().code() == 5);
    }
}

}  // namespace perfwrap::test
