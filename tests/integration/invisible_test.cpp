// The command can't tell that it is wrapped: all that a program can see of its start is the same with and without perfwrap.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>

#include "run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

struct Circumstance {
    std::string what;
    std::function<void()> arrange;
};

const std::vector<Circumstance> circumstances{
    {"nothing special", [] {}},
    {"signals ignored and blocked",
     [] {
         for (const int signal : {SIGCHLD, SIGPIPE, SIGINT, SIGHUP}) std::signal(signal, SIG_IGN);
         sigset_t blocked;
         sigemptyset(&blocked);
         for (const int signal : {SIGUSR1, SIGTERM, SIGCHLD, SIGRTMIN}) sigaddset(&blocked, signal);
         ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
     }},
    {"inherited descriptors",
     [] {
         ::dup2(::open("/dev/null", O_RDWR), 7);
         ::dup2(STDOUT_FILENO, 100);
     }},
    {"standard input closed", [] { ::close(STDIN_FILENO); }},
    {"standard input and error closed",
     [] {
         ::close(STDIN_FILENO);
         ::close(STDERR_FILENO);
     }},
    {"a non-blocking standard output", [] { ::fcntl(STDOUT_FILENO, F_SETFL, ::fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK); }},
    {"resource limits",
     [] {
         constexpr rlimit files{300, 600};
         ::setrlimit(RLIMIT_NOFILE, &files);
         constexpr rlimit no_core{0, 0};
         ::setrlimit(RLIMIT_CORE, &no_core);
         constexpr rlimit locked{64 * 1024, 64 * 1024};
         ::setrlimit(RLIMIT_MEMLOCK, &locked);
     }},
    {"niceness, policy and affinity",
     [] {
         static_cast<void>(::nice(5));
         constexpr sched_param parameters{};
         ::sched_setscheduler(0, SCHED_BATCH, &parameters);
         cpu_set_t first;
         CPU_ZERO(&first);
         CPU_SET(0, &first);
         ::sched_setaffinity(0, sizeof first, &first);
     }},
    {"umask and timer slack",
     [] {
         ::umask(077);
         ::prctl(PR_SET_TIMERSLACK, 123456);
     }},
    {"no_new_privs", [] { ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }},
    {"fewer capabilities", [] { ::prctl(PR_CAPBSET_DROP, CAP_NET_RAW); }},
    {"an empty environment", [] { ::clearenv(); }},
    {"another working directory", [] { static_cast<void>(::chdir("/")); }},
};

}  // namespace

TEST_CASE("the command sees what it would see without perfwrap") {
    const auto command = workload_words({"show-launch", "an argument", "", "\xff\xfe"});
    for (const std::string source : {"auto", "procfs"}) {
        for (const auto& [what, arrange] : circumstances) {
            DYNAMIC_SECTION(what << ", --source " << source) {
                const auto bare = run({.argv = command, .before_exec = arrange});
                const auto wrapped = run({.argv = perfwrap_words({"--source", source}, command), .before_exec = arrange});
                REQUIRE(bare.code() == 0);
                REQUIRE(wrapped.code() == 0);
                CHECK(wrapped.out == bare.out);
            }
        }
    }
}

TEST_CASE("argv[0] is what was typed, also when PATH finds the program") {
    const auto folder = workload_path().substr(0, workload_path().rfind('/'));
    const auto with_path = [&] { ::setenv("PATH", folder.c_str(), 1); };
    const auto bare = run({.argv = {"workload", "show-launch"}, .before_exec = with_path});
    const auto wrapped = run({.argv = perfwrap_words({}, {"workload", "show-launch"}), .before_exec = with_path});
    REQUIRE(bare.code() == 0);
    CHECK(wrapped.out == bare.out);
}

TEST_CASE("the command stays in perfwrap's process group and session") {
    Child child({.argv = perfwrap_words({}, {"cat", "/proc/self/stat"}), .before_exec = [] { ::setsid(); }});
    const auto leader = std::to_string(child.pid());
    CHECK_THAT(child.wait().out, Catch::Contains(fmt::format(" {0} {0} ", leader)));
}

TEST_CASE("perfwrap works below a parent that ignores SIGCHLD") {
    CHECK(run({.argv = perfwrap_words({}, workload_words({"exit", "42"})), .before_exec = [] { std::signal(SIGCHLD, SIG_IGN); }})
              .code() == 42);
}

}  // namespace perfwrap::test
