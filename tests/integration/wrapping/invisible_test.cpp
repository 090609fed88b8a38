// The command cannot tell that it is wrapped: all that a program can see of its start is the same with and without perfwrap.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

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
         for (int signal = 1; signal <= SIGRTMAX; signal += 2) std::signal(signal, SIG_IGN);
         for (const int signal : {SIGCHLD, SIGPIPE}) std::signal(signal, SIG_IGN);
         sigset_t blocked;
         sigemptyset(&blocked);
         for (const int signal : {SIGUSR1, SIGTERM, SIGCHLD, SIGRTMIN}) sigaddset(&blocked, signal);
         ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
     }},
    {"every signal blocked",
     [] {
         sigset_t all;
         sigfillset(&all);
         ::sigprocmask(SIG_BLOCK, &all, nullptr);
     }},
    {"inherited descriptors",
     [] {
         ::dup2(::open("/dev/null", O_RDWR), 7);
         ::dup2(STDOUT_FILENO, 100);
         ::dup2(STDOUT_FILENO, 1000);
         ::dup2(STDOUT_FILENO, 1001);
         ::fcntl(1001, F_SETFD, FD_CLOEXEC);
         ::lseek(::open("/etc/passwd", O_RDONLY), 5, SEEK_SET);
     }},
    {"every standard stream but output closed, and more of them above",
     [] {
         ::close(STDIN_FILENO);
         ::close(STDERR_FILENO);
         for (int descriptor = 3; descriptor < 40; descriptor += 3) ::dup2(STDOUT_FILENO, descriptor);
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
    {"real-time scheduling",
     [] {
         constexpr sched_param parameters{.sched_priority = 1};
         ::sched_setscheduler(0, SCHED_RR, &parameters);
     }},
    {"I/O priority and out-of-memory score",
     [] {
         constexpr int ioprio_who_process = 1;
         constexpr int best_effort_7 = (2 << 13) | 7;
         ::syscall(SYS_ioprio_set, ioprio_who_process, 0, best_effort_7);
         std::ofstream("/proc/self/oom_score_adj") << 321;
     }},
    {"personality and huge pages",
     [] {
         ::personality(ADDR_NO_RANDOMIZE);
         ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
     }},
    {"what exec keeps and fork does not: timers and the parent's death",
     [] {
         constexpr itimerval soon{{7, 0}, {3600, 0}};
         ::setitimer(ITIMER_REAL, &soon, nullptr);
         ::setitimer(ITIMER_PROF, &soon, nullptr);
         ::prctl(PR_SET_PDEATHSIG, SIGUSR2);
     }},
    {"umask and timer slack",
     [] {
         ::umask(077);
         ::prctl(PR_SET_TIMERSLACK, 123456);
     }},
    {"no_new_privs", [] { ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }},
    {"fewer capabilities", [] { ::prctl(PR_CAPBSET_DROP, CAP_NET_RAW); }},
    {"secure bits and ambient capabilities",
     [] {
         constexpr int secbit_keep_caps_locked = 1 << 5;
         ::prctl(PR_SET_SECUREBITS, secbit_keep_caps_locked);
         __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
         std::array<__user_cap_data_struct, 2> sets{};
         ::syscall(SYS_capget, &header, sets.data());
         sets[0].inheritable |= 1U << CAP_CHOWN;
         ::syscall(SYS_capset, &header, sets.data());
         ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0);
     }},
    {"a seccomp filter",
     [] {
         sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
         const sock_fprog program{1, &allow};
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
     }},
    {"an empty environment", [] { ::clearenv(); }},
    {"an environment with twins, bytes that are no text and words that are no variables",
     [] {
         static std::array<char*, 6> odd{const_cast<char*>("A=1"),
                                         const_cast<char*>("A=2"),
                                         const_cast<char*>("=C"),
                                         const_cast<char*>("\xff=\xfe"),
                                         const_cast<char*>("_=/usr/bin/somebody"),
                                         nullptr};
         environ = odd.data();
     }},
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

TEST_CASE("with --cgroup the command sees another cgroup, and nothing else changes") {
    if (skipped(no_memory_cgroup())) return;
    const auto command = workload_words({"show-launch"});
    const auto without_cgroups = [](const std::string& text) { return text.substr(0, text.find("/proc/self/cgroup: ")); };
    for (const std::string source : {"auto", "procfs"}) {
        for (const auto& [what, arrange] : circumstances) {
            DYNAMIC_SECTION(what << ", --source " << source) {
                const auto bare = run({.argv = command, .before_exec = arrange});
                const auto wrapped =
                    run({.argv = perfwrap_words({"--cgroup", "--source", source}, command), .before_exec = arrange});
                REQUIRE(wrapped.code() == 0);
                CHECK(without_cgroups(wrapped.out) == without_cgroups(bare.out));
                CHECK(wrapped.out != bare.out);
            }
        }
    }
}

TEST_CASE("argv[0] is what was typed, even if the program was found in PATH") {
    const auto folder = workload_path().substr(0, workload_path().rfind('/'));
    const auto with_path = [&] { ::setenv("PATH", folder.c_str(), 1); };
    const auto bare = run({.argv = {"workload", "show-launch"}, .before_exec = with_path});
    const auto wrapped = run({.argv = perfwrap_words({}, {"workload", "show-launch"}), .before_exec = with_path});
    REQUIRE(bare.code() == 0);
    CHECK(wrapped.out == bare.out);
}

TEST_CASE("a service manager's variables that name perfwrap's process name the command's, and those of others stay") {
    const Words command{"sh", "-c", "echo $LISTEN_PID $WATCHDOG_PID $SYSTEMD_EXEC_PID $LISTEN_PIDFDID $LISTEN_FDS $$"};
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const auto addressed = run({.argv = perfwrap_words({"--source", source, "-r", "2"}, command), .before_exec = [] {
                                        for (const auto* name : {"LISTEN_PID", "WATCHDOG_PID", "SYSTEMD_EXEC_PID"})
                                            ::setenv(name, std::to_string(::getpid()).c_str(), 1);
                                        ::setenv("LISTEN_PIDFDID", "12345", 1);
                                        ::setenv("LISTEN_FDS", "2", 1);
                                    }});
        std::istringstream lines(addressed.out);
        for (std::string line; std::getline(lines, line);) {
            const auto pid = line.substr(line.rfind(' ') + 1);
            CHECK(line == fmt::format("{0} {0} {0} 2 {0}", pid));
        }
        const auto others = run({.argv = perfwrap_words({"--source", source}, command), .before_exec = [] {
                                     for (const auto* name : {"LISTEN_PID", "WATCHDOG_PID", "SYSTEMD_EXEC_PID"})
                                         ::setenv(name, "1", 1);
                                     ::setenv("LISTEN_PIDFDID", "12345", 1);
                                 }});
        CHECK_THAT(others.out, Catch::StartsWith("1 1 1 12345 "));
    }
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
