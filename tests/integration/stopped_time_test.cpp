// stopped_seconds: for how long the command was stopped.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "folders.hpp"
#include "leftovers.hpp"
#include "run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

nlohmann::json run_of(const std::string& path) {
    const auto result = nlohmann::json::parse(read_file(path), nullptr, false);
    return result.is_object() ? result.at("runs").at(0) : nlohmann::json{{"stopped_seconds", 0.0}};
}

// Stops itself until it gets `then`; what the last checkpoint before that said of it, and the result.
void stop_until(const std::string& source, int then, int code) {
    CAPTURE(source, then);
    const TemporaryFolder folder;
    Child child({.argv = perfwrap_words({"--source", source, "--checkpoint", "20ms", "-o", folder / "result.json"},
                                        {"sh", "-c", "echo $$; kill -STOP $$"})});
    const pid_t command = std::stoi(child.read_line());
    double so_far = 0;
    await("a checkpoint of the stopped command", [&] {
        so_far = run_of(folder / "result.json.partial").at("stopped_seconds");
        return so_far > 0.1;
    });
    ::kill(command, then);
    CHECK(child.wait().code() == code);
    const auto run = run_of(folder / "result.json");
    CHECK(run.at("stopped_seconds") >= so_far);
    CHECK(run.at("stopped_seconds") <= run.at("metrics").at("wall_seconds"));
}

}  // namespace

TEST_CASE("the result states the time in which the command was stopped") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto never = measure({"--source", source}, {"true"});
        CHECK(never.run().at("stopped_seconds") == 0);
        stop_until(source, SIGCONT, 0);
        stop_until(source, SIGKILL, 128 + SIGKILL);
    }
}

TEST_CASE("the time in which perfwrap was stopped together with the command is stated too") {
    using std::chrono::steady_clock;
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Child child({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"},
                                            {"sh", "-c", fmt::format("echo $$; exec '{}' print-signals", workload_path())}),
                     .before_exec = [] { ::setpgid(0, 0); }});
        const pid_t command = std::stoi(child.read_line());
        REQUIRE(child.read_line() == "ready");
        ::kill(-child.pid(), SIGSTOP);
        await("the stop", [&] { return state_of(child.pid()) == 'T' && state_of(command) == 'T'; });
        const auto begin = steady_clock::now();
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const double stopped_seconds = std::chrono::duration<double>(steady_clock::now() - begin).count();
        ::kill(-child.pid(), SIGCONT);
        REQUIRE(child.read_line() == "CONT");
        ::kill(-child.pid(), SIGTERM);
        CHECK(child.wait().out == "TERM\n");
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        CHECK(result.at("runs").at(0).at("stopped_seconds") >= stopped_seconds);
        CHECK(result.at("measurement").at("lost_events") == 0);
    }
}

}  // namespace perfwrap::test
