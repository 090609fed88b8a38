#include "profiler/session/ended_child.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace perfwrap {
namespace {

// waitid(2), "C library/kernel differences".
long wait_for(idtype_t kind, pid_t child, siginfo_t& info, int options, rusage* used) {
    return ::syscall(SYS_waitid, kind, child, &info, options, used);
}

int status_of(const siginfo_t& info) {
    constexpr int dumped_core = 0x80;
    if (info.si_code == CLD_EXITED) return (info.si_status & 0xff) << 8;
    return info.si_status | (info.si_code == CLD_DUMPED ? dumped_core : 0);
}

}  // namespace

pid_t ended_child() {
    siginfo_t info{};
    return wait_for(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT, nullptr) == 0 ? info.si_pid : 0;
}

std::optional<EndedChild> reap(pid_t child) {
    siginfo_t info{};
    EndedChild ended;
    if (wait_for(P_PID, child, info, WEXITED | WNOHANG, &ended.used) != 0 || info.si_pid != child) return std::nullopt;
    ended.status = status_of(info);
    return ended;
}

int waiting_is_refused() {
    siginfo_t info{};
    rusage used{};
    return wait_for(P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT, &used) == 0 || errno == ECHILD ? 0 : errno;
}

}  // namespace perfwrap
