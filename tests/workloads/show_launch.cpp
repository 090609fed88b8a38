// What a program can see of how it was started. The text must be the same with and without a wrapper.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "workload.hpp"

namespace workloads {
namespace {

// Lines of /proc/self/status that do not change from one process to the next.
constexpr std::array status_keys{
    "Umask:",  "TracerPid:", "Uid:",        "Gid:",     "Groups:",          "CoreDumping:",  "THP_enabled:", "Threads:",
    "SigPnd:", "ShdPnd:",    "SigBlk:",     "SigIgn:",  "SigCgt:",          "CapInh:",       "CapPrm:",      "CapEff:",
    "CapBnd:", "CapAmb:",    "NoNewPrivs:", "Seccomp:", "Seccomp_filters:", "Cpus_allowed:", "Mems_allowed:"};

void show_status() {
    std::FILE* const file = std::fopen("/proc/self/status", "re");
    if (!file) return;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), static_cast<int>(line.size()), file))
        if (std::ranges::any_of(status_keys,
                                [&](const char* key) { return std::strncmp(line.data(), key, std::strlen(key)) == 0; }))
            std::fputs(line.data(), stdout);
    std::fclose(file);
}

void show_file(const char* path) {
    std::FILE* const file = std::fopen(path, "re");
    if (!file) return;
    std::array<char, 4096> text{};
    const auto length = std::fread(text.data(), 1, text.size() - 1, file);
    std::printf("%s: %.*s\n", path, static_cast<int>(length), text.data());
    std::fclose(file);
}

void show_descriptors() {
    DIR* const folder = ::opendir("/proc/self/fd");
    if (!folder) return;
    std::vector<int> open;
    while (const dirent* const entry = ::readdir(folder))
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != ::dirfd(folder)) open.push_back(std::atoi(entry->d_name));
    ::closedir(folder);
    std::ranges::sort(open);
    for (const int descriptor : open) {
        struct stat about {};
        ::fstat(descriptor, &about);
        std::printf("descriptor %d: type %o, status flags %o, descriptor flags %o, terminal %d, offset %ld\n", descriptor,
                    about.st_mode & S_IFMT, ::fcntl(descriptor, F_GETFL), ::fcntl(descriptor, F_GETFD), ::isatty(descriptor),
                    S_ISREG(about.st_mode) ? static_cast<long>(::lseek(descriptor, 0, SEEK_CUR)) : 0L);
    }
}

void show_limits() {
    for (int resource = 0; resource < static_cast<int>(RLIM_NLIMITS); ++resource) {
        rlimit limit{};
        ::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
        std::printf("limit %d: %llu %llu\n", resource, static_cast<unsigned long long>(limit.rlim_cur),
                    static_cast<unsigned long long>(limit.rlim_max));
    }
}

void show_timers() {
    for (const auto kind : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) {
        itimerval timer{};
        ::getitimer(kind, &timer);
        const bool runs = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0;
        std::printf("timer %d: %s, every %ld s\n", static_cast<int>(kind), runs ? "runs" : "off",
                    static_cast<long>(timer.it_interval.tv_sec));
    }
}

void show_scheduling() {
    sched_param parameters{};
    ::sched_getparam(0, &parameters);
    constexpr int ioprio_who_process = 1;
    int memory_policy = 0;
    ::syscall(SYS_get_mempolicy, &memory_policy, nullptr, 0, nullptr, 0);
    std::printf("priority %d, policy %d, real-time priority %d, I/O priority %ld, memory policy %d\n",
                ::getpriority(PRIO_PROCESS, 0), ::sched_getscheduler(0), parameters.sched_priority,
                ::syscall(SYS_ioprio_get, ioprio_who_process, 0), memory_policy);
}

}  // namespace

int show_launch(const Arguments& arguments, Truth&) {
    show_file("/proc/self/cmdline");
    for (const auto& word : arguments.words()) std::printf("word: %s\n", word.c_str());
    for (char** variable = environ; *variable; ++variable) std::printf("environment: %s\n", *variable);
    std::array<char, 4096> folder{};
    std::printf("working directory: %s\n", ::getcwd(folder.data(), folder.size()));
    show_descriptors();
    show_limits();
    show_status();
    int death_signal = 0;
    ::prctl(PR_GET_PDEATHSIG, &death_signal);
    int subreaper = 0;
    ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    std::printf("parent death signal %d, subreaper %d, dumpable %d, timer slack %d, securebits %d\n", death_signal, subreaper,
                ::prctl(PR_GET_DUMPABLE), ::prctl(PR_GET_TIMERSLACK), ::prctl(PR_GET_SECUREBITS));
    std::printf("personality %x, no huge pages %d, foreground group %d\n", static_cast<unsigned>(::personality(0xffffffff)),
                ::prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), ::tcgetpgrp(STDIN_FILENO) == ::getpgrp());
    show_timers();
    show_scheduling();
    // The cgroups come last, since with --cgroup they differ, and nothing else does.
    for (const char* path :
         {"/proc/self/oom_score_adj", "/proc/self/coredump_filter", "/proc/self/loginuid", "/proc/self/cgroup"})
        show_file(path);
    return 0;
}

}  // namespace workloads
