#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

// Runs a foreground job like a shell on its terminal: prints "stopped" when it stops, resumes it, and prints how it ended.
int job_control(const Arguments& arguments, Truth&) {
    std::signal(SIGTTOU, SIG_IGN);
    const auto argv = pointers(arguments.words());
    const pid_t job = ::fork();
    if (job < 0) fail("fork");
    if (job == 0) {
        ::setpgid(0, 0);
        ::tcsetpgrp(STDIN_FILENO, ::getpid());
        std::signal(SIGTTOU, SIG_DFL);
        ::execvp(argv[0], argv.data());
        fail(argv[0]);
    }
    ::setpgid(job, job);
    int status = 0;
    while (::waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        std::puts("stopped");
        std::fflush(stdout);
        ::kill(-job, SIGCONT);
    }
    std::printf("ended %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}

// Enters a process group of its own, in the terminal's background, prints "ready" and becomes the workload of the remaining
// words.
int own_group(const Arguments& arguments, Truth&) {
    ::setpgid(0, 0);
    std::puts("ready");
    std::fflush(stdout);
    auto words = arguments.words();
    words.insert(words.begin(), "workload");
    exec_self(words);
}

}  // namespace workloads
