// stopped_seconds: how long the command was stopped.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

nlohmann::json read_run(const std::string& path) {
    const auto result = nlohmann::json::parse(read_file(path), nullptr, false);
    return result.is_object() ? result.at("runs").at(0) : nlohmann::json();
}

double stopped_seconds(const std::string& path) {
    const auto run = read_run(path);
    return run.is_null() ? 0 : run.at("stopped_seconds").get<double>();
}

double wall_seconds(const std::string& path) {
    const auto run = read_run(path);
    return run.is_null() ? 0 : run.at("metrics").at("wall_seconds").get<double>();
}

struct Stopped {
    TemporaryFolder folder;
    Gate gate;
    Child perfwrap;
    pid_t command;
    double so_far = 0;  // according to a checkpoint

    explicit Stopped(const std::string& source)
        : perfwrap({.argv = perfwrap_words({"--source", source, "--checkpoint", "20ms", "-o", folder / "result.json"},
                                           {"sh", "-c", fmt::format("echo $$; kill -STOP $$; {}; exit 0", Gate::wait)}),
                    .before_exec = [this] { gate.hand_over(); }}),
          command(std::stoi(perfwrap.read_line())) {
        await("a checkpoint of the stopped command", [&] { return (so_far = in_checkpoint()) > 0.1; });
    }

    double in_checkpoint() const { return stopped_seconds(folder / "result.json.partial"); }
    double in_result() const { return stopped_seconds(folder / "result.json"); }
};

}  // namespace

TEST_CASE("the result states the time in which the command was stopped") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto never = measure({"--source", source}, {"true"});
        CHECK(never.run().at("stopped_seconds") == 0);

        Stopped continued(source);
        ::kill(continued.command, SIGCONT);
        const auto partial = continued.folder / "result.json.partial";
        double in_all = 0;
        await("two checkpoints of the continued command", [&] {
            const double before = continued.in_checkpoint();
            const double at = wall_seconds(partial);
            await("another checkpoint", [&] { return wall_seconds(partial) > at; });
            return (in_all = continued.in_checkpoint()) == before;
        });
        CHECK(in_all >= continued.so_far);
        continued.gate.open();
        CHECK(continued.perfwrap.wait().code() == 0);
        CHECK(continued.in_result() == in_all);

        Stopped killed(source);
        ::kill(killed.command, SIGKILL);
        CHECK(killed.perfwrap.wait().code() == 128 + SIGKILL);
        CHECK(killed.in_result() >= killed.so_far);
        CHECK(killed.in_result() <= wall_seconds(killed.folder / "result.json"));
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
