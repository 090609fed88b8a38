// The cases that dumb-init and tini test as wrappers, applied to perfwrap. Forwarding of every signal is tested in
// signals_test.cpp, signal masks in invisible_test.cpp, shell job control in terminal_test.cpp.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/integration/support/terminal.hpp"

namespace perfwrap::test {
namespace {

// Not for commands that should die of SIGQUIT, which bash ignores.
Words shell(const std::string& script) { return {"bash", "-c", script}; }

void wait_until_it_exists(const std::string& path) {
    becomes_true([&] { return std::filesystem::exists(path); });
}

// As in /proc/PID/stat.
void await_state(pid_t pid, std::string_view states) {
    await(fmt::format("one of the states {} of {}", states, pid),
          [&] { return states.find(state_of(pid)) != std::string_view::npos; });
}

}  // namespace

TEST_CASE("dumb-init: exit codes are passed on, and a signal gives 128 plus its number") {
    for (const auto& source : sources) {
        for (const int code : {0, 1, 2, 32, 64, 127, 254, 255})
            CHECK(run({.argv = perfwrap_words({"--source", source}, shell(fmt::format("exit {}", code)))}).code() == code);
        for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGKILL, SIGHUP, SIGUSR1, SIGALRM, SIGRTMIN})
            CHECK(
                run({.argv = perfwrap_words({"--source", source}, {"sh", "-c", fmt::format("ulimit -c 0; kill -{} $$", signal)})})
                    .code() == 128 + signal);
    }
}

TEST_CASE("dumb-init: a signal sent to the wrapper ends it with the status of the command that it ended") {
    for (const auto& source : sources) {
        for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR2}) {
            CAPTURE(source, signal);
            Child child({.argv = perfwrap_words({"--source", source}, {"sh", "-c", "ulimit -c 0; echo ready; exec sleep 600"})});
            REQUIRE(child.read_line() == "ready");
            ::kill(child.pid(), signal);
            CHECK(child.wait().code() == 128 + signal);
        }
    }
}

TEST_CASE("dumb-init: signals that were ignored when the wrapper was started are ignored by the command too") {
    for (const auto& source : sources) {
        CAPTURE(source);
        Gate gate;
        Child child(
            {.argv = perfwrap_words({"--source", source}, shell(fmt::format("echo ready; {}; echo went on; exit 4", Gate::wait))),
             .before_exec = [&] {
                 for (const int signal : {SIGHUP, SIGINT, SIGUSR1}) std::signal(signal, SIG_IGN);
                 gate.hand_over();
             }});
        REQUIRE(child.read_line() == "ready");
        for (const int signal : {SIGHUP, SIGINT, SIGUSR1}) ::kill(child.pid(), signal);
        gate.open();
        const auto ended = child.wait();
        CHECK(ended.out == "went on\n");
        CHECK(ended.code() == 4);
    }
}

TEST_CASE("dumb-init --single-child: only the command gets the signal, not its children") {
    for (const auto& source : sources) {
        CAPTURE(source);
        Child child(
            {.argv = perfwrap_words({"--source", source},
                                    shell("sleep 60 >/dev/null & c=$!; trap 'kill -0 $c && echo child lives; kill $c; exit 6' "
                                          "TERM; echo ready; wait"))});
        REQUIRE(child.read_line() == "ready");
        ::kill(child.pid(), SIGTERM);
        const auto ended = child.wait();
        CHECK(ended.out == "child lives\n");
        CHECK(ended.code() == 6);
    }
}

TEST_CASE("dumb-init --setsid: a wrapper that leads a session passes signals on, and its children's sessions are left alone") {
    for (const auto& source : sources) {
        CAPTURE(source);
        Child child(
            {.argv = perfwrap_words({"--source", source}, workload_words({"print-signals"})), .before_exec = [] { ::setsid(); }});
        REQUIRE(child.read_line() == "ready");
        for (const int signal : {SIGHUP, SIGINT, SIGUSR1, SIGTERM}) {
            ::kill(child.pid(), signal);
            CHECK(child.read_line() == ::sigabbrev_np(signal));
        }
        CHECK(child.wait().code() == 0);
    }
}

TEST_CASE("dumb-init: a command that filters the terminal's input is in the foreground and ends with it") {
    Terminal terminal(perfwrap_words({}, shell("stty -echo; echo ready; exec tac")));
    terminal.wait_for("ready\r\n");
    terminal.type("some\nlines\n\x04");
    terminal.wait_for("lines\r\nsome\r\n");
}

TEST_CASE("dumb-init: SIGTSTP, SIGTTIN and SIGTTOU stop wrapper and command, SIGCONT resumes both") {
    for (const auto& source : sources) {
        for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) {
            CAPTURE(source, signal);
            const TemporaryFolder folder;
            // A group whose parent is in another group: the kernel does not stop members of an orphaned process group.
            Child child({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"},
                                                {"sh", "-c", "echo $$; exec sleep 600"}),
                         .before_exec = [] { ::setpgid(0, 0); }});
            const auto command = static_cast<pid_t>(std::stoi(child.read_line()));
            ::kill(child.pid(), signal);
            await_state(command, "T");
            await_state(child.pid(), "T");
            ::kill(child.pid(), SIGCONT);
            await_state(command, "RSD");
            await_state(child.pid(), "RSD");
            ::kill(child.pid(), SIGTERM);
            CHECK(child.wait().code() == 128 + SIGTERM);
            CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0).at("stopped_seconds") > 0);
        }
    }
}

TEST_CASE("if the group is stopped and continued right after, neither wrapper nor command stays stopped") {
    for (const auto& source : sources) {
        CAPTURE(source);
        Gate gate;
        Child child(
            {.argv = perfwrap_words({"--source", source}, {"sh", "-c", fmt::format("echo ready; {}; exit 0", Gate::wait)}),
             .before_exec = [&] {
                 ::setpgid(0, 0);
                 gate.hand_over();
             }});
        REQUIRE(child.read_line() == "ready");
        for (int i = 0; i < 300; ++i) {
            ::kill(-child.pid(), SIGTSTP);
            if (i % 3 != 0) std::this_thread::sleep_for(std::chrono::microseconds(i * 3));
            ::kill(-child.pid(), SIGCONT);
        }
        gate.open();
        CHECK(child.wait().code() == 0);
    }
}

TEST_CASE("tini: a process that loses its parent is adopted and leaves no zombie behind") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto ended = run({.argv = perfwrap_words({"--source", source}, shell(R"(
            for i in $(seq 20); do (sleep 0.1 & exec setsid true) & done; wait
            for i in $(seq 1200); do
                zombies=$(ps -o stat= --ppid $PPID | grep -c Z); alive=$(ps -o comm= --ppid $PPID | grep -c sleep)
                [ $zombies = 0 ] && [ $alive = 0 ] && break; sleep 0.1
            done
            echo $zombies zombies)"))});
        CHECK(ended.out == "0 zombies\n");
        CHECK(ended.code() == 0);
    }
}

TEST_CASE("tini -p: a wrapper that gets a signal when its parent dies forwards it") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto started = folder / "started";
        const auto script = fmt::format("trap 'echo told; exit 0' TERM; touch '{}'; while :; do sleep 0.05; done", started);
        const auto ended =
            run({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, shell(script)), .before_exec = [&] {
                     if (::fork() != 0) {
                         wait_until_it_exists(started);
                         ::_exit(0);
                     }
                     ::prctl(PR_SET_PDEATHSIG, SIGTERM);
                 }});
        CHECK(ended.out == "told\n");
        CHECK_FALSE(read_file(folder / "result.json").empty());
    }
}

TEST_CASE("tini -p KILL: when the wrapper dies with its parent, so does the command") {
    const TemporaryFolder folder;
    const auto started = folder / "started";
    // Its output ends when the last process is gone.
    const auto ended =
        run({.argv = perfwrap_words({}, shell(fmt::format("touch '{}'; exec sleep 600", started))), .before_exec = [&] {
                 if (::fork() != 0) {
                     wait_until_it_exists(started);
                     ::_exit(7);
                 }
                 ::prctl(PR_SET_PDEATHSIG, SIGKILL);
             }});
    CHECK(ended.code() == 7);
}

TEST_CASE("an alarm that was set before the wrapper was started goes to the command") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto ended = run({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"},
                                                       {"sh", "-c", "echo started; exec sleep 130"}),
                                .before_exec = [] { ::alarm(1); }});
        // On a slow machine it may come before there is a command, and then ends perfwrap as it would end any program.
        const bool too_early = ended.code() == -SIGALRM && ended.out.empty();
        if (too_early) WARN("perfwrap needed more than a second to start");
        if (!too_early) CHECK(ended.code() == 128 + SIGALRM);
        CHECK(read_file(folder / "result.json").empty() == too_early);
    }
}

}  // namespace perfwrap::test
