// --timeout and --orphans end what they are to end, whatever it does; and the result is written whenever the command has ended.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

// How many processes are there whose argv has the word.
int running(const std::string& word) {
    const auto other_than_grep = fmt::format("[{}]{}", word.front(), word.substr(1));
    const auto script = fmt::format("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -cx '{}'", other_than_grep);
    return std::stoi(run({.argv = {"sh", "-c", script}}).out);
}

// Milliseconds for `workload sleep` that nobody else uses, more than a minute.
std::string unlikely() {
    static int calls = 0;
    return std::to_string(60'000 + ::getpid() % 1000 * 100 + ++calls);
}

std::string with_workload(const std::string& script, const std::string& sleep) {
    return fmt::format("export W='{}' S={}; {}", workload_path(), sleep, script);
}

// Descendants that are hard to end. Each says nothing and sleeps for ever under the word $S.
const std::vector<std::pair<std::string, std::string>> stubborn{
    {"the command itself", "exec $W sleep $S"},
    {"a command that ignores SIGTERM", "trap '' TERM; exec $W sleep $S"},
    {"a stopped command", "kill -STOP $$; exec $W sleep $S"},
    {"a child in a session of its own", "setsid $W sleep $S & wait"},
    {"a child in a session of its own that ignores SIGTERM", "trap '' TERM; setsid $W sleep $S & wait"},
    {"a daemon: forked twice, in a session of its own", "(setsid sh -c \"$W sleep $S & wait\" &); $W sleep $S"},
    {"a child stopped for good", "$W sleep $S & kill -STOP $!; wait"},
    {"a child stopped for good that ignores SIGTERM", "trap '' TERM; $W sleep $S & kill -STOP $!; wait"},
    {"children that SIGTERM makes", "trap \"$W sleep $S & trap '' TERM; $W sleep $S\" TERM; $W sleep $S & wait"},
};

}  // namespace

TEST_CASE("a --timeout ends the whole tree, and the result says so") {
    for (const auto& source : sources) {
        for (const auto& [what, script] : stubborn) {
            DYNAMIC_SECTION(what << ", --source " << source) {
                const auto sleep = unlikely();
                const auto measured =
                    measure({"--source", source, "--timeout", "500ms"}, {"sh", "-c", with_workload(script, sleep)});
                CHECK(measured.ended.code() == 124);
                CHECK(measured.run().at("exit").at("timed_out") == true);
                CHECK(running(sleep) == 0);
            }
        }
    }
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
        CHECK(measured.metric("wall_seconds") < 5);
        CHECK(measured.metric("cpu_seconds") > 0);
        CHECK(measured.result.at("measurement").at("lost_events") == 0);
    }
}

TEST_CASE("with --orphans kill perfwrap ends what the command leaves behind, and keeps the command's exit code") {
    const std::vector<std::pair<std::string, std::string>> left{
        {"a child", "$W sleep $S & exit 7"},
        {"a child that ignores SIGTERM", "trap '' TERM; $W sleep $S & exit 7"},
        {"a daemon", "(setsid $W sleep $S &); exit 7"},
        {"a child stopped for good", "$W sleep $S & kill -STOP $!; exit 7"},
        {"children that SIGTERM makes", R"(sh -c 'trap "trap \"\" TERM; $W sleep $S & $W sleep $S" TERM; $W sleep $S & wait' &
                                           sleep 0.2; exit 7)"},
    };
    for (const auto& source : sources) {
        for (const auto& [what, script] : left) {
            DYNAMIC_SECTION(what << ", --source " << source) {
                const auto sleep = unlikely();
                const auto measured =
                    measure({"--source", source, "--orphans", "kill"}, {"sh", "-c", with_workload(script, sleep)});
                CHECK(measured.ended.code() == 7);
                CHECK(running(sleep) == 0);
            }
        }
    }
}

// Each link lives for a fraction of a millisecond: long enough to make the next one.
TEST_CASE("a chain of processes that fork faster than anybody looks ends all the same") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto measured =
            measure({"--source", source, "--timeout", "300ms"}, workload_words({"fork-chain", folder / "stop"}));
        CHECK(measured.ended.code() == 124);
        const auto links = read_file(folder / "stop");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        CHECK(read_file(folder / "stop") == links);
        write_file(folder / "stop", "stop");
    }
}

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

TEST_CASE("with --orphans wait a signal ends the waiting, not the measurement") {
    for (const auto& source : sources) {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
            CAPTURE(source, signal);
            const TemporaryFolder folder;
            const auto sleep = unlikely();
            const auto script = with_workload("(setsid $W sleep $S >/dev/null 2>&1 & echo $!); exit 3", sleep);
            Child child({.argv = perfwrap_words({"--source", source, "--orphans", "wait", "-o", folder / "result.json"},
                                                {"sh", "-c", script})});
            const auto orphan = static_cast<pid_t>(std::stoi(child.read_line()));
            while (run({.argv = {"pgrep", "-P", std::to_string(child.pid()), "-x", "sh"}}).code() == 0) {
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            ::kill(child.pid(), signal);
            CHECK(child.wait().code() == 3);
            CHECK(running(sleep) == 1);
            CHECK_FALSE(read_file(folder / "result.json").empty());
            ::kill(orphan, SIGKILL);
        }
    }
}

TEST_CASE("with --orphans wait a signal that perfwrap was started to ignore does not end the waiting") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Child child({.argv = perfwrap_words({"--source", source, "--orphans", "wait"},
                                            {"sh", "-c", fmt::format("'{}' sleep 700 & echo $$; exit 3", workload_path())}),
                     .before_exec = [] { std::signal(SIGHUP, SIG_IGN); }});
        const auto begin = std::chrono::steady_clock::now();
        child.read_line();
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        ::kill(child.pid(), SIGHUP);
        CHECK(child.wait().code() == 3);
        CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(600));
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
        siginfo_t info{};
        REQUIRE(::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WNOWAIT | WEXITED) == 0);
        CHECK(running(sleep) == 1);
        CHECK_FALSE(read_file(folder / "result.json").empty());
        ::kill(holder, SIGKILL);
        CHECK(child.wait().code() == 5);
    }
}

TEST_CASE("the result is written however often perfwrap is told to end") {
    for (const auto& source : sources) {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
            CAPTURE(source, signal);
            const TemporaryFolder folder;
            Child child({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"},
                                                {"sh", "-c", "ulimit -c 0; echo ready; exec sleep 60"})});
            REQUIRE(child.read_line() == "ready");
            for (int i = 0; i < 200; ++i) ::kill(child.pid(), signal);
            CHECK(child.wait().code() == 128 + signal);
            const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
            CHECK(result.at("runs").at(0).at("exit").at("code").is_null());
        }
    }
}

TEST_CASE("the result states the time in which the command was stopped") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto never = measure({"--source", source}, {"true"});
        CHECK(never.run().at("stopped_seconds") == 0);
        const auto once = measure({"--source", source}, {"sh", "-c", "(sleep 1; kill -CONT $$) & kill -STOP $$; wait"});
        CHECK(once.run().at("stopped_seconds") > 0.7);
        CHECK(once.run().at("stopped_seconds") <= once.metric("wall_seconds"));
        const auto to_its_end = measure({"--source", source}, {"sh", "-c", "(sleep 1; kill -KILL $$) & kill -STOP $$; wait"});
        CHECK(to_its_end.ended.code() == 128 + SIGKILL);
        CHECK(to_its_end.run().at("stopped_seconds") > 0.7);
    }
}

TEST_CASE("the time in which perfwrap was stopped together with the command is stated too") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Child child(
            {.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, workload_words({"print-signals"})),
             .before_exec = [] { ::setpgid(0, 0); }});
        REQUIRE(child.read_line() == "ready");
        ::kill(-child.pid(), SIGSTOP);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        ::kill(-child.pid(), SIGCONT);
        REQUIRE(child.read_line() == "CONT");
        ::kill(-child.pid(), SIGTERM);
        CHECK(child.wait().out == "TERM\n");
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        CHECK(result.at("runs").at(0).at("stopped_seconds") > 0.25);
        CHECK(result.at("measurement").at("lost_events") == 0);
    }
}

}  // namespace perfwrap::test
