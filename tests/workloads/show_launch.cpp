// What a program can see of how it was started. Printed with and without a wrapper, the text must be the same.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
        std::printf("descriptor %d: type %o, status flags %o, descriptor flags %o, terminal %d\n", descriptor,
                    about.st_mode & S_IFMT, ::fcntl(descriptor, F_GETFL), ::fcntl(descriptor, F_GETFD), ::isatty(descriptor));
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
    std::printf("priority %d, policy %d\n", ::getpriority(PRIO_PROCESS, 0), ::sched_getscheduler(0));
    for (const char* path :
         {"/proc/self/cgroup", "/proc/self/oom_score_adj", "/proc/self/coredump_filter", "/proc/self/loginuid"})
        show_file(path);
    return 0;
}

}  // namespace workloads
