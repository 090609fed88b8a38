// The loop of one run, with a probe that only notes what it is asked.
#include "profiler/session/session.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "probes/system/clock.hpp"
#include "probes/system/own_children.hpp"

using namespace perfwrap;
using namespace std::chrono_literals;

namespace {

class FakeProbe final : public Probe {
public:
    void arm(std::uint64_t cgroup_id) override {
        calls.emplace_back("arm");
        armed_for = cgroup_id;
        strangers = own_children();
    }
    void started(pid_t pid, std::uint64_t, const rusage&) override {
        calls.emplace_back("started");
        command = pid;
        if (on_start) on_start();
    }
    std::uint64_t sample(std::uint64_t) override {
        ++samples;
        return 1'000'000;
    }
    void ended(pid_t child) override {
        if (child != command) return;
        calls.emplace_back("ended");
        zombie_at_end = ::kill(child, 0) == 0;
    }
    void reaped(pid_t child, int, const rusage&) override {
        if (child == command) calls.emplace_back("reaped");
    }
    std::vector<LiveProcess> alive() override {
        std::erase_if(living, [](const LiveProcess& process) { return ::kill(process.pid, 0) != 0; });
        return living;
    }
    bool is_stranger(pid_t child) override { return std::ranges::find(strangers, child) != strangers.end(); }
    Observation so_far() override {
        Observation nothing;
        return nothing;
    }
    Observation finish(std::uint64_t, Closing how) override {
        calls.emplace_back("finish");
        closing = how;
        Observation seen;
        seen.totals.minor_faults = 42;
        return seen;
    }

    std::vector<std::string> calls;
    std::vector<LiveProcess> living;
    std::vector<pid_t> strangers;
    std::function<void()> on_start;
    std::uint64_t armed_for = 1;
    pid_t command = 0;
    int samples = 0;
    bool zombie_at_end = false;
    std::optional<Closing> closing;
};

const std::vector<std::string> one_run{"arm", "started", "ended", "reaped", "finish"};

// The inbox leaves every signal blocked.
struct SignalMask {
    SignalMask() { ::sigprocmask(SIG_SETMASK, nullptr, &before); }
    ~SignalMask() { ::sigprocmask(SIG_SETMASK, &before, nullptr); }
    SignalMask(const SignalMask&) = delete;
    SignalMask& operator=(const SignalMask&) = delete;
    sigset_t before{};
};

// perfwrap as far as the session needs it.
struct Wrapper {
    SignalMask mask;
    SignalInbox inbox{std::span<char>()};
    FakeProbe probe;
    SessionOptions options;

    Wrapper() {
        options.command = {"true"};
        options.inherited = own();
    }

    static Inherited own() {
        Inherited inherited;
        for (char** word = environ; *word != nullptr; ++word) inherited.environment.emplace_back(*word);
        return inherited;
    }

    Recording run() {
        auto recording = run_session(probe, inbox, options);
        if (!recording) FAIL(recording.error().message);
        return std::move(*recording);
    }
};

}  // namespace

TEST_CASE("a probe is armed before the command starts, sees it end as a zombie and then reaped, and closes the window") {
    Wrapper wrapper;
    const auto recording = wrapper.run();
    CHECK(wrapper.probe.calls == one_run);
    CHECK(wrapper.probe.zombie_at_end);
    CHECK(wrapper.probe.armed_for == 0);
    CHECK(wrapper.probe.closing == Closing::at_command_end);
    REQUIRE(recording.wait_status);
    CHECK(WIFEXITED(*recording.wait_status));
    CHECK(recording.seen.totals.minor_faults == 42U);
    CHECK(recording.end_ns > recording.exec_ns);
    CHECK_FALSE(recording.timed_out);
    CHECK(recording.told_to_end == 0);
    CHECK(recording.orphans.empty());
}

TEST_CASE("one inbox and one probe serve one run after the other") {
    Wrapper wrapper;
    std::vector<std::string> expected;
    for (int i = 0; i < 3; ++i) {
        wrapper.options.command = {"sh", "-c", "exit " + std::to_string(i)};
        const auto recording = wrapper.run();
        CHECK(WEXITSTATUS(recording.wait_status.value()) == i);
        expected.insert(expected.end(), one_run.begin(), one_run.end());
    }
    CHECK(wrapper.probe.calls == expected);
}

TEST_CASE("a command that cannot be started leaves the window closed, and the probe usable") {
    Wrapper wrapper;
    wrapper.options.command = {"/nonexistent/program"};
    const auto failed = run_session(wrapper.probe, wrapper.inbox, wrapper.options);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().exit_code == 127);
    CHECK(wrapper.probe.calls == std::vector<std::string>{"arm"});
    wrapper.options.command = {"true"};
    CHECK(wrapper.run().wait_status == 0);
}

TEST_CASE("a time limit ends what the probe says is alive") {
    Wrapper wrapper;
    wrapper.options.command = {"sleep", "600"};
    wrapper.options.timeout = 1ms;
    wrapper.probe.on_start = [&] { wrapper.probe.living = {{wrapper.probe.command, "sleep"}}; };
    const auto recording = wrapper.run();
    CHECK(recording.timed_out);
    CHECK(wrapper.probe.samples > 0);
    REQUIRE(recording.wait_status);
    CHECK(WTERMSIG(*recording.wait_status) == SIGTERM);
}

TEST_CASE("a signal that came for perfwrap goes to the command, and the recording says that it asked for the end") {
    Wrapper wrapper;
    wrapper.options.command = {"sleep", "600"};
    // From another process: what perfwrap sends to itself is not the command's.
    wrapper.probe.on_start = [] {
        if (::fork() == 0) {
            ::kill(::getppid(), SIGTERM);
            ::_exit(0);
        }
    };
    const auto recording = wrapper.run();
    CHECK(recording.told_to_end == SIGTERM);
    REQUIRE(recording.wait_status);
    CHECK(WTERMSIG(*recording.wait_status) == SIGTERM);
}

TEST_CASE("a snapshot is the recording so far, taken while the command runs") {
    const auto read_file = std::filesystem::temp_directory_path() / ("perfwrap-session-test-" + std::to_string(::getpid()));
    std::optional<Recording> read;
    Wrapper wrapper;
    Recording recording;
    {
        Snapshots snapshots({{1ms, [&](const Recording& so_far) {
                                  if (read) return;
                                  read = so_far;
                                  std::ofstream{read_file};
                              }}});
        wrapper.options.command = {"sh", "-c", "until [ -e " + read_file.string() + " ]; do sleep 0.01; done"};
        wrapper.options.snapshots = &snapshots;
        recording = wrapper.run();
    }
    std::filesystem::remove(read_file);
    REQUIRE(read);
    CHECK(read->exec_ns == recording.exec_ns);
    CHECK_FALSE(read->wait_status);
    CHECK(read->end_ns <= recording.end_ns);
}

TEST_CASE("with orphans to wait for, the window stays open until the probe knows of nobody alive") {
    Wrapper wrapper;
    wrapper.options.orphans = Orphans::wait;
    const pid_t orphan = ::fork();
    if (orphan == 0) {
        ::usleep(50'000);
        ::_exit(0);
    }
    wrapper.probe.living = {{orphan, "orphan"}};
    const auto recording = wrapper.run();
    CHECK(wrapper.probe.closing == Closing::after_orphans);
    CHECK(::kill(orphan, 0) != 0);
    CHECK(recording.orphans.empty());
}

TEST_CASE("with orphans to wait for, the window stays open for those whom the probe misses, and lasts as long as they do") {
    Wrapper wrapper;
    wrapper.options.orphans = Orphans::wait;
    wrapper.options.command = {"sh", "-c", "(sleep 0.1; sleep 0.1) & (setsid sh -c 'sleep 0.1 & exec sleep 0.05' &)"};
    const auto recording = wrapper.run();
    CHECK(recording.end_ns - recording.exec_ns >= 200'000'000);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == 0);  // the witness
}

TEST_CASE("with orphans to wait for, nobody is waited for who was there before the command") {
    Wrapper wrapper;
    wrapper.options.orphans = Orphans::wait;
    const pid_t stranger = ::fork();
    if (stranger == 0) {
        ::pause();
        ::_exit(0);
    }
    wrapper.run();
    REQUIRE(::kill(stranger, SIGKILL) == 0);
    CHECK(::waitpid(stranger, nullptr, 0) == stranger);
}

TEST_CASE("who is still alive is named") {
    Wrapper wrapper;
    const pid_t orphan = ::fork();
    if (orphan == 0) {
        ::pause();
        ::_exit(0);
    }
    wrapper.probe.living = {{orphan, "left"}};
    CHECK(wrapper.run().orphans == std::vector<std::string>{"left (" + std::to_string(orphan) + ")"});
    ::kill(orphan, SIGKILL);
    ::waitpid(orphan, nullptr, 0);
}
