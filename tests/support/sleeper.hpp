// A real child that sleeps until it is woken, and sleeps again afterwards; it is ended and reaped with the object.
// It is another program: in a fork of the tests a sanitizer's own thread would run now and then.
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include <catch2/catch.hpp>

#include "probes/system/clock.hpp"

namespace perfwrap::test {

class Sleeper {
public:
    Sleeper() : ours_(both()), pid_(echo(ours_)) { wake(); }
    ~Sleeper() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        for (const int fd : {ours_.call[0], ours_.call[1], ours_.answer[0], ours_.answer[1]}) ::close(fd);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    int pid() const { return pid_; }

    // Returns when it has run and sleeps again.
    void wake() const {
        const char byte = 0;
        REQUIRE(::write(ours_.call[1], &byte, 1) == 1);
        await_sleep();
    }

private:
    struct Pipes {
        int call[2];
        int answer[2];
    };
    static Pipes both() {
        Pipes pipes{};
        REQUIRE(::pipe(pipes.call) == 0);
        REQUIRE(::pipe(pipes.answer) == 0);
        return pipes;
    }

    static pid_t echo(const Pipes& pipes) {
        posix_spawn_file_actions_t actions;
        REQUIRE(::posix_spawn_file_actions_init(&actions) == 0);
        REQUIRE(::posix_spawn_file_actions_adddup2(&actions, pipes.call[0], STDIN_FILENO) == 0);
        REQUIRE(::posix_spawn_file_actions_adddup2(&actions, pipes.answer[1], STDOUT_FILENO) == 0);
        std::string name = "cat";
        char* const arguments[] = {name.data(), nullptr};
        pid_t pid = 0;
        REQUIRE(::posix_spawnp(&pid, name.c_str(), &actions, nullptr, arguments, environ) == 0);
        ::posix_spawn_file_actions_destroy(&actions);
        return pid;
    }

    // Its clock stands still for 20 ms.
    void await_sleep() const {
        char byte = 0;
        REQUIRE(::read(ours_.answer[0], &byte, 1) == 1);
        clockid_t clock{};
        REQUIRE(::clock_getcpuclockid(pid_, &clock) == 0);
        for (std::uint64_t before = 0, now = clock_ns(clock); now != before; now = clock_ns(clock)) {
            before = now;
            ::usleep(20'000);
        }
    }

    Pipes ours_;
    pid_t pid_;
};

}  // namespace perfwrap::test
