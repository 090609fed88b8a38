// Processes that cannot be identified by their name or their pid.
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "clocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

// Like fork, with a chosen process id (Linux 5.5). Waits up to two minutes if another process has got it in the meantime.
pid_t fork_as(pid_t pid) {
    clone_args how{};
    how.exit_signal = SIGCHLD;
    how.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
    how.set_tid_size = 1;
    const auto give_up_ns = now_ns(CLOCK_MONOTONIC) + milliseconds(120'000);
    while (true) {
        const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &how, sizeof how));
        if (child >= 0 || errno != EEXIST || now_ns(CLOCK_MONOTONIC) > give_up_ns) return child;
        sleep_ns(milliseconds(1));
    }
}

// Where the kernel keeps the arguments that /proc/PID/cmdline shows.
std::pair<char*, std::size_t> own_arguments() {
    std::array<char, 65536> text{};
    const int file = ::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    const auto length = ::read(file, text.data(), text.size());
    ::close(file);
    std::array<char, 4096> stat{};
    const int about = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (length <= 0 || ::read(about, stat.data(), stat.size() - 1) <= 0) fail("/proc/self/stat");
    ::close(about);
    // Field 48 is arg_start; field 3 follows the name.
    const char* field = std::strrchr(stat.data(), ')') + 2;
    for (int number = 3; number < 48; ++number) field = std::strchr(field, ' ') + 1;
    return {reinterpret_cast<char*>(std::strtoull(field, nullptr, 10)), static_cast<std::size_t>(length)};
}

}  // namespace

int rename_itself(const Arguments&, Truth& truth) {
    ::prctl(PR_SET_NAME, "by prctl");
    const auto [start, length] = own_arguments();
    std::memset(start, 'x', length);  // including the last NUL, so that the kernel reads on into the environment
    wait_for(fork_child([] {
        const int comm = ::open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
        if (comm < 0 || ::write(comm, "by comm\n", 8) != 8) fail("/proc/self/comm");
    }));
    hold_for_looks(looks_that_see);
    truth.add("processes_started", 2);
    truth.write();
    return 0;
}

int same_pid(const Arguments& arguments, Truth& truth) {
    const int count = static_cast<int>(arguments.number(0, 20));
    const pid_t pid = fork_child([] {});
    wait_for(pid);
    for (int i = 1; i <= count; ++i) {
        const pid_t child = fork_as(pid);
        if (child == 0) ::_exit(i);
        if (child < 0) fail("clone3 with a chosen process id");
        wait_for(child);
    }
    truth.add("processes_started", count + 2);
    truth.write();
    return 0;
}

}  // namespace workloads
