// A real child that sleeps until it is woken, and sleeps again afterwards; the destructor ends and reaps it.
// It is another program, since in a fork of the tests a thread of the sanitizer would run now and then.
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
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

    // It waits for its next byte and is off the CPU: otherwise the kernel reports it as running.
    void await_sleep() const {
        char byte = 0;
        REQUIRE(::read(ours_.answer[0], &byte, 1) == 1);
        const auto reads_standard_input = std::to_string(SYS_read) + " 0x0 ";
        const auto give_up_ns = monotonic_ns() + 120'000'000'000;
        while (!system_call().starts_with(reads_standard_input)) {
            INFO("the sleeper does not go to sleep; it is in " << system_call());
            REQUIRE(monotonic_ns() < give_up_ns);
            ::usleep(1'000);
        }
    }
    std::string system_call() const {
        std::ifstream file("/proc/" + std::to_string(pid_) + "/syscall");
        REQUIRE(file);
        std::string line;
        std::getline(file, line);
        return line;
    }

    Pipes ours_;
    pid_t pid_;
};

}  // namespace perfwrap::test
