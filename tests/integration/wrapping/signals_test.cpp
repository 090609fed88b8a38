#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstring>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

namespace {

// All signals except SIGKILL, SIGSTOP, SIGCHLD, faults and those of the C library; SIGTERM is last, as it ends the workload.
std::vector<std::pair<int, std::string>> signals() {
    std::vector<std::pair<int, std::string>> all;
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        static const std::set<int> others{SIGKILL, SIGSTOP, SIGCHLD, SIGTERM, 32,      33,    SIGILL,
                                          SIGTRAP, SIGABRT, SIGBUS,  SIGFPE,  SIGSEGV, SIGSYS};
        const char* const name = ::sigabbrev_np(signal);
        if (!others.contains(signal)) all.emplace_back(signal, name ? name : std::to_string(signal));
    }
    all.emplace_back(SIGTERM, "TERM");
    return all;
}

void new_group() { ::setpgid(0, 0); }

std::string status_of(pid_t pid) { return read_file(fmt::format("/proc/{}/status", pid)); }

bool has_taken_its_signals(const std::string& status) { return status.find("ShdPnd:\t0000000000000000") != std::string::npos; }

// Two pending standard signals with the same number become one, for any process: returns when perfwrap has no pending signals.
void until_taken(pid_t perfwrap) {
    await("perfwrap to take its signals", [&] { return has_taken_its_signals(status_of(perfwrap)); });
}

pid_t witness_of(pid_t perfwrap) {
    for (const pid_t child : children_of(perfwrap))
        if (read_file(fmt::format("/proc/{}/comm", child)) == "group-witness\n") return child;
    throw std::runtime_error("perfwrap's group has no witness");
}

// Asleep without pending signals. The last lines of a status count how often it went to sleep or lost the CPU.
bool sleeps(const std::string& status) { return status.find("State:\tS") != std::string::npos && has_taken_its_signals(status); }

// A stop signal discards a pending SIGCONT, and the other way around (signal(7)). Returns when perfwrap has handled what it
// received and sleeps again: it has not run in between, while the witness that it may have asked sleeps too.
void until_dealt_with(pid_t perfwrap) {
    const pid_t witness = witness_of(perfwrap);
    await("perfwrap to deal with its signals", [&] {
        const auto before = status_of(perfwrap);
        return sleeps(before) && sleeps(status_of(witness)) && status_of(perfwrap) == before;
    });
}

void stop(pid_t pid) {
    REQUIRE(::kill(pid, SIGSTOP) == 0);
    await("the stop of a process", [&] { return state_of(pid) == 'T'; });
}

}  // namespace

TEST_CASE("every signal sent to perfwrap reaches the command, once") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        Child child({.argv = perfwrap_words({"--source", source}, workload_words({"print-signals"})), .before_exec = new_group});
        REQUIRE(child.read_line() == "ready");
        for (const auto& [signal, name] : signals()) {
            REQUIRE(::kill(child.pid(), signal) == 0);
            REQUIRE(child.read_line() == name);
        }
        const auto ended = child.wait();
        CHECK(ended.out.empty());
        CHECK(ended.code() == 0);
    }
}

TEST_CASE("if perfwrap has used up a limit of CPU time but the command has not, the command gets no signal") {
    for (const auto& source : sources) {
        CAPTURE(source);
        Child child({.argv = perfwrap_words({"--source", source}, workload_words({"print-signals"})), .before_exec = [] {
                         new_group();
                         sigset_t until_perfwrap_reads_it;
                         sigemptyset(&until_perfwrap_reads_it);
                         sigaddset(&until_perfwrap_reads_it, SIGXCPU);
                         ::sigprocmask(SIG_BLOCK, &until_perfwrap_reads_it, nullptr);
                         const rlimit limit{1, RLIM_INFINITY};
                         ::setrlimit(RLIMIT_CPU, &limit);
                         for (sigset_t waiting; ::sigpending(&waiting) == 0 && !sigismember(&waiting, SIGXCPU);) {
                         }
                     }});
        REQUIRE(child.read_line() == "ready");
        until_dealt_with(child.pid());
        REQUIRE(::kill(child.pid(), SIGTERM) == 0);
        CHECK(child.read_line() == "TERM");
        const auto ended = child.wait();
        CHECK(ended.out.empty());
        CHECK(ended.code() == 0);
    }
}

TEST_CASE("every signal to the whole process group, as sent by timeout(1) and CI runners, reaches the command once") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        Child child({.argv = perfwrap_words({"--source", source}, workload_words({"print-signals"})), .before_exec = new_group});
        REQUIRE(child.read_line() == "ready");
        for (int round = 0; round < 3; ++round) {
            for (const auto& [signal, name] : signals()) {
                if (signal == SIGTERM && round < 2) continue;
                REQUIRE(::kill(-child.pid(), signal) == 0);
                REQUIRE(child.read_line() == name);
                if (signal != SIGTERM) until_dealt_with(child.pid());
            }
        }
        const auto ended = child.wait();
        CHECK(ended.out.empty());
        CHECK(ended.code() == 0);
    }
}

TEST_CASE("signals to the group and to perfwrap alone are distinguished, in any order") {
    Child child({.argv = perfwrap_words({}, workload_words({"print-signals"})), .before_exec = new_group});
    REQUIRE(child.read_line() == "ready");
    for (int round = 0; round < 50; ++round) {
        const pid_t to = round % 3 == 0 ? -child.pid() : child.pid();
        REQUIRE(::kill(to, SIGUSR1) == 0);
        REQUIRE(child.read_line() == "USR1");
        until_taken(child.pid());
    }
    ::kill(child.pid(), SIGTERM);
    CHECK(child.wait().out == "TERM\n");
}

TEST_CASE("a search for perfwrap's name or arguments finds no other process, so that signals go to the right one") {
    const TemporaryFolder folder;
    Child child(
        {.argv = perfwrap_words({"-o", folder / "result.json"}, workload_words({"print-signals"})), .before_exec = new_group});
    REQUIRE(child.read_line() == "ready");
    const auto group = std::to_string(child.pid());
    const auto found = [&](const Words& how) { return run({.argv = how}).out; };
    CHECK(found({"pgrep", "-g", group, "perfwrap"}) == group + "\n");
    CHECK(found({"pgrep", "-g", group, "-f", folder / "result.json"}) == group + "\n");
    CHECK(run({.argv = {"pkill", "-USR1", "-g", group, "perfwrap"}}).code() == 0);
    CHECK(child.read_line() == "USR1");
    CHECK(run({.argv = {"pkill", "-TERM", "-g", group, "-f", folder / "result.json"}}).code() == 0);
    CHECK(child.read_line() == "TERM");
    CHECK(child.wait().code() == 0);
}

TEST_CASE("signals arrive and are distinguished without a long wait even if the witness of perfwrap's group was stopped") {
    Child child({.argv = perfwrap_words({}, workload_words({"print-signals"})), .before_exec = new_group});
    REQUIRE(child.read_line() == "ready");
    const pid_t witness = witness_of(child.pid());
    for (const auto& [signal, name] : {std::pair{SIGUSR1, "USR1"}, {SIGTERM, "TERM"}}) {
        stop(witness);
        REQUIRE(::kill(child.pid(), signal) == 0);
        CHECK(child.read_line() == name);
        CHECK(state_of(witness) != 'T');  // continued and asked, instead of waiting in vain
    }
    CHECK(child.wait().code() == 0);
}

TEST_CASE("a stop signal arrives once even if the witness of perfwrap's group is continued before it has noted it") {
    Child child({.argv = perfwrap_words({}, workload_words({"print-signals"})), .before_exec = new_group});
    REQUIRE(child.read_line() == "ready");
    const pid_t witness = witness_of(child.pid());
    stop(witness);
    REQUIRE(::kill(-child.pid(), SIGTSTP) == 0);
    CHECK(child.read_line() == "TSTP");
    await("the witness to be continued", [&] { return state_of(witness) != 'T'; });
    until_dealt_with(child.pid());  // by then it would have forwarded a signal that it must not forward
    REQUIRE(::kill(child.pid(), SIGTERM) == 0);
    CHECK(child.read_line() == "TERM");
    const auto ended = child.wait();
    CHECK(ended.out.empty());
    CHECK(ended.code() == 0);
}

TEST_CASE("a signal arrives with the value that sigqueue gave it") {
    Child child({.argv = perfwrap_words({}, workload_words({"print-signals"}))});
    REQUIRE(child.read_line() == "ready");
    REQUIRE(::sigqueue(child.pid(), SIGRTMIN + 5, {.sival_int = 4711}) == 0);
    CHECK(child.read_line() == std::to_string(SIGRTMIN + 5) + " 4711");
    ::kill(child.pid(), SIGTERM);
    CHECK(child.wait().code() == 0);
}

TEST_CASE("a signal that comes before the command has started reaches it, whether sent to perfwrap or to the group") {
    for (const bool group : {false, true}) {
        for (const int delay_us : {0, 300, 1000, 3000, 10'000, 30'000}) {
            CAPTURE(group, delay_us);
            std::array<int, 2> go{};
            REQUIRE(::pipe(go.data()) == 0);
            Child child({.argv = perfwrap_words({}, {"sleep", "30"}), .before_exec = [&] {
                             new_group();
                             // Otherwise the test's own handler would run, or under ThreadSanitizer none until the exec.
                             std::signal(SIGTERM, SIG_DFL);
                             static_cast<void>(::write(go[1], "x", 1));
                         }});
            char byte = 0;
            REQUIRE(::read(go[0], &byte, 1) == 1);
            std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
            REQUIRE(::kill(group ? -child.pid() : child.pid(), SIGTERM) == 0);
            // Ended by the signal: perfwrap itself, if it did not handle signals yet, or the command.
            const int code = child.wait().code();
            CHECK((code == 128 + SIGTERM || code == -SIGTERM));
            for (const int end : go) ::close(end);
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
