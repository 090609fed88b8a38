// --timeout and --orphans kill end the processes that they should end, whatever these do; and the result is written whenever the
// command has ended.
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cctype>
#include <chrono>
#include <csignal>
#include <functional>
#include <list>
#include <thread>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/marked_sleep.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

using Scripts = std::vector<std::pair<std::string, std::string>>;

Words with(const std::string& source, Words options, const TemporaryFolder& folder) {
    options.insert(options.begin(), {"--source", source});
    options.insert(options.end(), {"-o", folder / "result.json"});
    return options;
}

struct Ending {
    Ending(std::pair<std::string, std::string> whats_script, std::string of_source, const Words& options)
        : what(std::move(whats_script.first)),
          source(std::move(of_source)),
          perfwrap(
              {.argv = perfwrap_words(with(source, options, folder), {"sh", "-c", with_workload(whats_script.second, sleep)})}) {}

    nlohmann::json run() const { return nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0); }

    std::string what;
    std::string source;
    std::string sleep = unlikely();
    TemporaryFolder folder;
    Child perfwrap;
};

// All run at the same time, since each may take the grace period between SIGTERM and SIGKILL.
void end_each(const Scripts& scripts, const Words& options, const std::function<void(const Ending&, int code)>& check) {
    std::list<Ending> endings;
    for (const auto& source : sources)
        for (const auto& script : scripts) endings.emplace_back(script, source, options);
    for (auto& ending : endings) {
        CAPTURE(ending.what, ending.source);
        // Waits only for perfwrap itself: processes that it left alive hold its streams as well.
        await("perfwrap's end", [&] { return state_of(ending.perfwrap.pid()) == 'Z'; });
        REQUIRE(running(ending.sleep) == 0);
        check(ending, ending.perfwrap.wait().code());
    }
}

// The summary's lines break wherever the terminal ends.
std::string without_blanks(std::string text) {
    std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
    return text;
}

// Descendants that are hard to end. Each prints nothing and sleeps forever, with $S among its arguments.
const Scripts stubborn{
    {"the command itself", "exec $W sleep $S"},
    {"a command that ignores SIGTERM", "trap '' TERM; exec $W sleep $S"},
    {"a stopped command", "kill -STOP $$; exec $W sleep $S"},
    {"a child that ignores SIGTERM, of a command that does not", "(trap '' TERM; exec $W sleep $S) & exec $W sleep $S"},
    {"a child in a session of its own", "setsid $W sleep $S & wait"},
    {"a child in a session of its own that ignores SIGTERM", "trap '' TERM; setsid $W sleep $S & wait"},
    {"a daemon: forked twice, in a session of its own", "(setsid sh -c \"$W sleep $S & wait\" &); $W sleep $S"},
    {"a child stopped for good", "$W sleep $S & kill -STOP $!; wait"},
    {"a child stopped for good that ignores SIGTERM", "trap '' TERM; $W sleep $S & kill -STOP $!; wait"},
    {"children that SIGTERM makes", "trap \"$W sleep $S & trap '' TERM; $W sleep $S\" TERM; $W sleep $S & wait"},
};

}  // namespace

TEST_CASE("a --timeout ends the whole tree, and the result says so") {
    end_each(stubborn, {"--timeout", "500ms"}, [](const Ending& ending, int code) {
        CHECK(code == 124);
        CHECK(ending.run().at("exit").at("timed_out") == true);
    });
}

TEST_CASE("a --timeout ends a script without a first line, which takes two attempts to start") {
    const TemporaryFolder folder;
    const auto sleep = unlikely();
    write_file(folder / "script", fmt::format("'{}' sleep {}\n", workload_path(), sleep));
    make_executable(folder / "script");
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured = measure({"--source", source, "--timeout", "300ms"}, {folder / "script"});
        CHECK(measured.ended.code() == 124);
        CHECK(running(sleep) == 0);
        CHECK(measured.run().at("exit").at("signal") == "SIGTERM");
        CHECK(measured.metric("cpu_seconds") > 0);
        CHECK(measured.result.at("measurement").at("lost_events") == 0);
    }
}

TEST_CASE("with --orphans kill perfwrap ends what the command leaves behind, and keeps the command's exit code") {
    const TemporaryFolder folder;
    const auto ready = folder / "ready";
    const Scripts left{
        {"a child", "$W sleep $S & exit 7"},
        {"a child that ignores SIGTERM", "trap '' TERM; $W sleep $S & exit 7"},
        {"a daemon", "(setsid $W sleep $S &); exit 7"},
        {"a child stopped for good", "$W sleep $S & kill -STOP $!; exit 7"},
        {"children that SIGTERM makes",
         fmt::format(R"(sh -c 'trap "trap \"\" TERM; $W sleep $S & $W sleep $S" TERM; : >"{0}-$S"; $W sleep $S & wait' &
                        {1}; exit 7)",
                     ready, until(fmt::format("[ -e {}-$S ]", ready)))},
    };
    end_each(left, {"--orphans", "kill"}, [](const Ending&, int code) { CHECK(code == 7); });
}

TEST_CASE("what is frozen is thawed so that it can end", "[privileged]") {
    const std::pair<Words, int> ways[]{{{"--timeout", "100ms"}, 124}, {{"--orphans", "kill"}, 7}};
    for (const auto& source : sources) {
        for (const auto& [options, code] : ways) {
            for (const auto& group : {FreezerCgroup::make_v1(), FreezerCgroup::make_v2()}) {
                if (!group) WARN(group.error());
                if (!group) continue;
                CAPTURE(source, code, group->path());
                const auto script = fmt::format("$W sleep $S & {}; {}", group->freeze("$!"), code == 7 ? "exit 7" : "wait");
                Ending ending({"a frozen child", script}, source, options);
                await("perfwrap's end", [&] { return state_of(ending.perfwrap.pid()) == 'Z'; });
                group->thaw();
                CHECK(running(ending.sleep) == 0);
                CHECK(ending.perfwrap.wait().code() == code);
            }
        }
    }
}

TEST_CASE("what SIGKILL does not end is named with its state, and not waited for by one who asks to end", "[privileged]") {
    const auto group = FreezerCgroup::make_v1();
    if (!group && skipped(group.error())) return;
    // perfwrap does not thaw a cgroup that holds processes of others.
    Child other({.argv = {"sh", "-c", fmt::format("echo $$ >{}/cgroup.procs; echo; exec sleep 600", group->path())}});
    other.read_line();
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto script = fmt::format("sleep 600 >&- 2>&- & echo $!; {}; echo $$; exit 7", group->freeze("$!"));
        Child perfwrap({.argv = {perfwrap_path(), "--source", source, "--orphans", "kill", "-o", folder / "result.json", "--",
                                 "sh", "-c", script}});
        const auto frozen = perfwrap.read_line();
        const auto command = std::stoi(perfwrap.read_line());
        await("the command's end", [&] { return state_of(command) == 0; });
        await("perfwrap's end", [&] {
            ::kill(perfwrap.pid(), SIGINT);
            return state_of(perfwrap.pid()) == 'Z';
        });
        group->thaw();  // perhaps it was frozen before it had closed its streams
        const auto ended = perfwrap.wait();
        CHECK(ended.code() == 7);
        CHECK_THAT(without_blanks(ended.err),
                   Catch::Contains(fmt::format("({},stateD,inthefrozencgroup{})", frozen, group->path())));
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        CHECK(result.at("runs").at(0).at("exit").at("code") == 7);
    }
}

TEST_CASE("with --orphans kill perfwrap says whom it has ended") {
    for (const auto& source : sources) {
        CAPTURE(source);
        Child perfwrap({.argv = {perfwrap_path(), "--source", source, "--orphans", "kill", "--", "sh", "-c",
                                 "sleep 600 >&- 2>&- & echo $!; exit 7"}});
        const auto orphan = perfwrap.read_line();
        const auto ended = perfwrap.wait();
        CHECK(ended.code() == 7);
        CHECK_THAT(without_blanks(ended.err),
                   Catch::Contains("endedbyperfwrapafterthecommand:s") && Catch::Contains(fmt::format("({})", orphan)));
        CHECK_THAT(without_blanks(ended.err), !Catch::Contains("stillrunning"));
    }
}

// Each link lives for a fraction of a millisecond, long enough to fork the next one.
TEST_CASE("a chain of processes that fork faster than perfwrap can look is ended nevertheless", "[alone]") {
    const TemporaryFolder folder;
    std::list<Child> perfwraps;
    for (const auto& source : sources)
        perfwraps.emplace_back(Launch{
            .argv = perfwrap_words({"--source", source, "--timeout", "300ms"}, workload_words({"fork-chain", folder / source}))});
    auto source = sources.begin();
    for (auto& perfwrap : perfwraps) {
        CAPTURE(*source);
        CHECK(perfwrap.wait().code() == 124);
        const auto links = read_file(folder / *source).size();
        CHECK(links > 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        CHECK(read_file(folder / *source).size() == links);
        write_file(folder / *source++, "stop");
    }
}

TEST_CASE("the result is written however often perfwrap is asked to end") {
    for (const auto& source : sources) {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
            CAPTURE(source, signal);
            const TemporaryFolder folder;
            Child child({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"},
                                                {"sh", "-c", "ulimit -c 0; echo ready; exec sleep 600"})});
            REQUIRE(child.read_line() == "ready");
            for (int i = 0; i < 200; ++i) ::kill(child.pid(), signal);
            CHECK(child.wait().code() == 128 + signal);
            const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
            CHECK(result.at("runs").at(0).at("exit").at("code").is_null());
        }
    }
}

}  // namespace perfwrap::test
