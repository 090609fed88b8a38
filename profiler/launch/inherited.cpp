#include "profiler/launch/inherited.hpp"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstring>

namespace perfwrap {
namespace {

std::vector<std::string> present_environment() {
    std::vector<std::string> environment;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) environment.emplace_back(*variable);
    return environment;
}

// The C library removes variables from environ, but their text stays where execve(2) has put it: between the last argument and
// the program's own name (copy_strings in fs/exec.c). /proc/self/environ would belong to root.
std::vector<std::string> environment_at_exec(int argc, char** argv) {
    const auto* const end = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
    if (argc == 0 || end == nullptr) return present_environment();
    std::vector<std::string> environment;
    const char* at = argv[argc - 1] + std::strlen(argv[argc - 1]) + 1;
    for (; at < end; at += environment.back().size() + 1) environment.emplace_back(at);
    return environment;
}

// glibc's csu/check_fds.c opens closed streams in the wrong mode, so that using them fails. No other caller would pass on such
// streams.
std::vector<int> streams_opened_by_libc() {
    struct StandIn {
        int stream;
        dev_t device;
        int mode;
    };
    constexpr int memory_devices = 1;
    const dev_t null = makedev(memory_devices, 3);
    const dev_t full = makedev(memory_devices, 7);
    std::vector<int> streams;
    for (const auto& [stream, device, mode] :
         {StandIn{STDIN_FILENO, full, O_WRONLY}, {STDOUT_FILENO, null, O_RDONLY}, {STDERR_FILENO, null, O_RDONLY}}) {
        struct stat status {};
        if (::fstat(stream, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == device &&
            (::fcntl(stream, F_GETFL) & O_ACCMODE) == mode)
            streams.push_back(stream);
    }
    return streams;
}

// The kernel lowers the soft limit to _STK_LIM and keeps the hard limit (begin_new_exec in fs/exec.c). Most likely the parent
// still has the limit that perfwrap was started with.
std::optional<rlim_t> stack_limit_before_cut() {
    constexpr rlim_t cut_to = rlim_t{8} << 20;
    rlimit own{};
    rlimit of_parent{};
    if (::getrlimit(RLIMIT_STACK, &own) != 0 || own.rlim_cur != cut_to) return std::nullopt;
    if (::prlimit(::getppid(), RLIMIT_STACK, nullptr, &of_parent) != 0) return std::nullopt;
    if (of_parent.rlim_cur <= own.rlim_cur || of_parent.rlim_cur > own.rlim_max) return std::nullopt;
    return of_parent.rlim_cur;
}

}  // namespace

Inherited inherited(int argc, char** argv) {
    std::span<char> arguments;
    if (argc > 0) arguments = {argv[0], argv[argc - 1] + std::strlen(argv[argc - 1]) + 1};
    if (::getauxval(AT_SECURE) == 0) return {present_environment(), {}, arguments, std::nullopt};
    return {environment_at_exec(argc, argv), streams_opened_by_libc(), arguments, stack_limit_before_cut()};
}

}  // namespace perfwrap
