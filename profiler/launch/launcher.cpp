#include "profiler/launch/launcher.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Boost.Process 1.81 with std::filesystem does not include these three itself.
#include <boost/optional.hpp>
#include <boost/type_traits/decay.hpp>
#include <boost/type_traits/is_convertible.hpp>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/posix/vfork_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <string_view>

#include "probes/system/clock.hpp"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {
namespace {

namespace process = boost::process::v2;

// Written by the child just before execve, and if that fails; read by perfwrap.
struct BeforeExec {
    std::uint64_t exec_ns;
    rusage used;
    bool identity_refused;
    std::uint64_t missed_signals;
    int error;  // an errno; 0: the command runs
};

struct Unmap {
    void operator()(BeforeExec* page) const { munmap(page, sizeof(BeforeExec)); }
};

std::unique_ptr<BeforeExec, Unmap> shared_page() {
    void* page = mmap(nullptr, sizeof(BeforeExec), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return nullptr;
    return std::unique_ptr<BeforeExec, Unmap>(static_cast<BeforeExec*>(page));
}

void take_back(const Inherited& inherited) {
    for (const int stream : inherited.closed_streams) close(stream);
    rlimit stack{};
    if (!inherited.stack_limit || getrlimit(RLIMIT_STACK, &stack) != 0) return;
    stack.rlim_cur = *inherited.stack_limit;
    setrlimit(RLIMIT_STACK, &stack);
}

// The pending signals of a process, from /proc/PID/status; all signals if it cannot be read.
std::uint64_t pending_signals(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    std::uint64_t pending = 0;
    bool known = false;
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with("SigPnd:") && !line.starts_with("ShdPnd:")) continue;
        pending |= std::strtoull(line.c_str() + std::strlen("SigPnd:"), nullptr, 16);
        known = true;
    }
    return known ? pending : ~std::uint64_t{0};
}

// Called in the child, in which every signal is blocked as in perfwrap. A signal to the group now reaches both: the child's own
// pending signals are therefore read last.
std::uint64_t missed_signals() {
    const std::uint64_t of_perfwrap = pending_signals(getppid());
    sigset_t own;
    sigpending(&own);
    std::uint64_t missed = of_perfwrap;
    for (int signal = 1; signal <= SIGRTMAX; ++signal)
        if (sigismember(&own, signal) == 1) missed &= ~(std::uint64_t{1} << (signal - 1));
    return missed;
}

// Runs in the child between fork and exec. It changes nothing in perfwrap's memory but `before_exec`.
struct ChildSetup {
    const LaunchOptions& options;
    BeforeExec& before_exec;

    process::error_code on_exec_setup(process::posix::vfork_launcher& launcher, const std::filesystem::path&,
                                      const char* const*) {
        // Boost closes every descriptor above the largest listed one. perfwrap's own are close-on-exec; those that perfwrap
        // inherited belong to the command.
        launcher.fd_whitelist = {0, std::numeric_limits<int>::max() - 1};
        if (options.cgroup_procs_fd >= 0 && write(options.cgroup_procs_fd, "0", 1) != 1)
            return {errno, boost::system::system_category()};
        if (options.identity)
            if (const int error = become(*options.identity); error != 0) {
                before_exec.identity_refused = true;
                errno = error;
                return {error, boost::system::system_category()};
            }
        take_back(options.inherited);
        if (options.ignore_sigchld) std::signal(SIGCHLD, SIG_IGN);
        before_exec.missed_signals = missed_signals();
        options.kept_by_exec.give();

        before_exec.exec_ns = monotonic_ns();
        // This also brings the scheduler's accounting of the thread up to date, which the eBPF probe reads at exec.
        getrusage(RUSAGE_SELF, &before_exec.used);
        // Last: a signal that has come by now may end the command before its exec.
        pthread_sigmask(SIG_SETMASK, &options.signal_mask, nullptr);
        return {};
    }

    // Exits before Boost's exit() runs perfwrap's own atexit handlers. Boost 1.81 checks for five parameters and passes four.
    template <typename... Any>
    void on_exec_error(Any&&...) {
        before_exec.error = errno != 0 ? errno : EIO;
        _exit(127);
    }
};

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
            if (faccessat(AT_FDCWD, candidate.c_str(), X_OK, AT_EACCESS) == 0) return {std::move(candidate), 0};
            error = EACCES;
        }
        if (colon == std::string_view::npos) return {name, error};
        rest.remove_prefix(colon + 1);
    }
}

LaunchError no_descriptors(const std::string& name) {
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

LaunchError cannot_become(const Identity& identity, int error) {
    return {125, fmt::format("cannot become user {}: {}; give perfwrap CAP_SETUID and CAP_SETGID", identity.name,
                             std::strerror(error))};
}

struct StartError {
    int error = 0;  // an errno
    bool identity_refused = false;
    bool no_descriptors = false;
};

std::vector<const char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<const char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const auto& word : words) pointers.push_back(word.c_str());
    pointers.push_back(nullptr);
    return pointers;
}

// One attempt to start one program file. The child uses perfwrap's memory until its exec (vfork): no page has to be copied, then
// or later.
tl::expected<Launched, StartError> start(const std::string& path, const std::vector<const char*>& argv,
                                         const LaunchOptions& options) {
    const auto page = shared_page();
    std::array<int, 2> ends{-1, -1};
    if (!page) return tl::unexpected(StartError{errno});
    const bool piped = pipe2(ends.data(), O_CLOEXEC) == 0;
    UniqueFd until_exec{ends[0]};
    UniqueFd held_until_exec{ends[1]};
    // Boost needs some more after the fork, for its reactor and for the child. Without them it would throw, and the command would
    // run without perfwrap.
    constexpr std::size_t for_boost = 4;
    if (!piped || !descriptors_are_left(for_boost)) return tl::unexpected(StartError{.error = errno, .no_descriptors = true});
    *page = {};
    boost::asio::io_context context;
    process::posix::vfork_launcher launcher;
    ChildSetup setup{options, *page};
    std::vector<const char*> arguments = argv;
    const auto environment = pointers_to(options.inherited.environment);
    launcher.env = environment.data();
    process::error_code error;
    auto child = launcher(context.get_executor(), error, std::filesystem::path(path), arguments.data(), setup);
    if (launcher.pid <= 0) return tl::unexpected(StartError{error.value()});
    // Returns at once, except where vfork is a fork: under ThreadSanitizer and in emulators.
    held_until_exec = {};
    char nothing = 0;
    while (read(until_exec.get(), &nothing, 1) < 0 && errno == EINTR) {
    }
    child.detach();
    if (page->error == 0) return Launched{launcher.pid, page->exec_ns, page->used, page->missed_signals};
    waitpid(launcher.pid, nullptr, 0);
    return tl::unexpected(StartError{page->error, page->identity_refused});
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

    auto argv = pointers_to(options.command);
    auto launched = start(program.path, argv, options);
    if (!launched && launched.error().error == ENOEXEC) {
        // A script whose first line names no interpreter: as execvp does, run it with the shell.
        argv.front() = program.path.c_str();
        argv.insert(argv.begin(), "/bin/sh");
        launched = start("/bin/sh", argv, options);
    }
    if (launched) return *launched;
    if (launched.error().no_descriptors) return tl::unexpected(no_descriptors(name));
    if (launched.error().identity_refused) return tl::unexpected(cannot_become(*options.identity, launched.error().error));
    return tl::unexpected(cannot_execute(name, launched.error().error));
}

}  // namespace perfwrap
