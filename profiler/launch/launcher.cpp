#include "profiler/launch/launcher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "probes/system/unique_fd.hpp"
#include "probes/system/working_folder.hpp"
#include "profiler/launch/process_limits.hpp"
#include "profiler/launch/start.hpp"

namespace perfwrap {
namespace {

struct Program {
    std::string path;
    int error = 0;  // 0, ENOENT or EACCES
};

Program find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return {name, 0};
    const char* path_variable = std::getenv("PATH");
    std::string_view rest = path_variable != nullptr ? path_variable : "/bin:/usr/bin";
    int error = ENOENT;
    if (name.empty()) return {name, error};
    while (true) {
        const auto colon = rest.find(':');
        const std::string_view directory = rest.substr(0, colon);
        std::string candidate = directory.empty() ? name : fmt::format("{}/{}", directory, name);
        struct stat status {};
        if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
            // Where the question itself is refused (seccomp), execve(2) answers it.
            if (faccessat(AT_FDCWD, candidate.c_str(), X_OK, AT_EACCESS) == 0 || errno != EACCES)
                return {std::move(candidate), 0};
            error = EACCES;
        }
        if (colon == std::string_view::npos) return {name, error};
        rest.remove_prefix(colon + 1);
    }
}

LaunchError no_descriptors(const std::string& name, int error) {
    if (error != EMFILE) return {125, fmt::format("cannot run '{}': no file can be opened: {}", name, std::strerror(error))};
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return {125,
            fmt::format("cannot run '{}': too few of the {} file descriptors that are allowed are left; raise the limit with "
                        "ulimit -n",
                        name, limit.rlim_cur)};
}

std::string no_interpreter(const std::string& name) {
    std::array<char, 256> first{};  // as much as the kernel reads
    std::ifstream(name).getline(first.data(), first.size());
    const std::string line = first.data();
    if (!line.starts_with("#!"))
        return fmt::format("cannot run '{}': the interpreter that its ELF header names does not exist", name);
    if (line.ends_with('\r'))
        return fmt::format(
            "cannot run '{}': its lines end in carriage returns, as on Windows, which makes one part of the "
            "interpreter's name; give it Unix line endings (dos2unix)",
            name);
    return fmt::format("cannot run '{}': the interpreter that its first line names, '{}', does not exist", name, line.substr(2));
}

LaunchError cannot_execute(const std::string& name, int error) {
    if (name.empty()) return {127, "cannot run '': the command's name is empty; is a variable unset?"};
    const bool missing = error == ENOENT || error == ENOTDIR;
    if (missing && name.find(' ') != std::string::npos)
        return {127,
                fmt::format("cannot run '{}': no such program; if this is a command with its arguments, leave out the quotes or "
                            "use sh -c",
                            name)};
    if (missing && !name.starts_with('/') && working_folder_is_gone())
        return {127, fmt::format("cannot run '{}': the working folder has been deleted; change to one that exists (cd)", name)};
    if (missing && name.find('/') == std::string::npos)
        return {127, fmt::format("cannot run '{}': no such program in PATH; check the spelling, or give its path", name)};
    if (missing && access(name.c_str(), F_OK) == 0) return {127, no_interpreter(name)};
    if (missing) return {127, fmt::format("cannot run '{}': no such file", name)};
    struct stat status {};
    if (stat(name.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
        return {126, fmt::format("cannot run '{}': it is a directory; name a program in it", name)};
    if (error == EACCES)
        return {126, fmt::format("cannot run '{}': permission denied; is it an executable program (chmod +x)?", name)};
    return {126, fmt::format("cannot run '{}': {}", name, std::strerror(error))};
}

LaunchError own_failure(const std::string& name, std::string_view why) {
    return {125, fmt::format("cannot run '{}': {}", name, why)};
}

LaunchError cannot_start(const LaunchOptions& options, const StartError& failed) {
    const auto& name = options.command.front();
    const auto* const why = std::strerror(failed.error);
    switch (failed.step) {
        case StartStep::share_memory: return own_failure(name, fmt::format("mmap: {}", why));
        case StartStep::fork: {
            auto error = own_failure(
                name, fmt::format("clone: {}; {}", why, failed.error == EAGAIN ? process_limit() : "allow it (seccomp)"));
            error.no_process = true;
            return error;
        }
        case StartStep::enter_cgroup: return own_failure(name, fmt::format("it cannot be put into its cgroup: {}", why));
        case StartStep::guard_terminal:
            return own_failure(name,
                               fmt::format("user {} could type into this terminal (TIOCSTI), and perfwrap may not forbid it: "
                                           "seccomp: {}; give perfwrap CAP_SYS_ADMIN, or leave it no terminal (setsid -w)",
                                           options.identity->name, why));
        case StartStep::become_user:
            return {125, fmt::format("cannot become user {}: {}; give perfwrap CAP_SETUID and CAP_SETGID", options.identity->name,
                                     why)};
        case StartStep::exec: break;
    }
    // execve(2): the user has become one who has too many processes already.
    if (failed.error == EAGAIN) return own_failure(name, fmt::format("execve: {}; {}", why, process_limit()));
    return cannot_execute(name, failed.error);
}

}  // namespace

tl::expected<Launched, LaunchError> launch(const LaunchOptions& options) {
    const std::string& name = options.command.front();
    Program program;
    {
        const FileRights rights(options.identity);
        program = find_program(name);
    }
    if (program.error != 0) return tl::unexpected(cannot_execute(name, program.error));
    // perfwrap needs some while the command runs.
    constexpr std::size_t for_the_run = 4;
    if (!descriptors_are_left(for_the_run)) return tl::unexpected(no_descriptors(name, errno));
    return start(program.path, options).map_error([&](const StartError& failed) { return cannot_start(options, failed); });
}

}  // namespace perfwrap
