#include "profiler/launch/start.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Boost.Process 1.81 with std::filesystem does not include these three itself.
#include <boost/optional.hpp>
#include <boost/type_traits/decay.hpp>
#include <boost/type_traits/is_convertible.hpp>

#include <array>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "probes/system/clock.hpp"
#include "probes/system/kernel_text.hpp"
#include "probes/system/unique_fd.hpp"
#include "profiler/launch/own_pid_variables.hpp"
#include "profiler/launch/terminal_guard.hpp"

namespace perfwrap {
namespace {

namespace process = boost::process::v2;

// Written by the child just before execve, and if a step fails; read by perfwrap.
struct BeforeExec {
    std::uint64_t exec_ns;
    rusage used;
    std::uint64_t missed_signals;
    StartError failed;
};

struct Unmap {
    void operator()(BeforeExec* page) const { munmap(page, sizeof(BeforeExec)); }
};

std::unique_ptr<BeforeExec, Unmap> shared_page() {
    void* page = mmap(nullptr, sizeof(BeforeExec), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return nullptr;
    return std::unique_ptr<BeforeExec, Unmap>(new (page) BeforeExec{});
}

std::vector<const char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<const char*> pointers;
    pointers.reserve(words.size() + 1);
    for (const auto& word : words) pointers.push_back(word.c_str());
    pointers.push_back(nullptr);
    return pointers;
}

// The command's process until its exec, as an initializer of Boost.Process. It has a copy of perfwrap's memory, but none of its
// other threads, which may have held a lock of the C library: nothing here allocates memory. (With perfwrap's own memory, as
// after vfork(2), that memory would be part of the ru_maxrss that the command reads about itself.)
class Child {
public:
    Child(const std::string& path, const LaunchOptions& options, BeforeExec& before_exec)
        : path_(path),
          options_(options),
          before_exec_(before_exec),
          argv_(pointers_to(options.command)),
          shell_argv_(argv_),
          environment_(pointers_to(options.inherited.environment)),
          own_pid_variables_(environment_),
          guards_terminal_(options.identity && options.identity->uid != geteuid() && terminal_can_be_typed_into()) {
        shell_argv_.front() = path.c_str();
        shell_argv_.insert(shell_argv_.begin(), shell);
    }

    const std::string& program() const { return path_; }
    const char* const* argv() const { return argv_.data(); }
    const char* const* environment() const { return environment_.data(); }

    process::error_code on_exec_setup(process::posix::default_launcher&, const std::filesystem::path&, const char* const*) {
        if (options_.cgroup_procs_fd >= 0 && write(options_.cgroup_procs_fd, "0", 1) != 1) fail(StartStep::enter_cgroup, errno);
        if (guards_terminal_)
            if (const int error = refuse_typing_into_terminal(); error != 0) fail(StartStep::guard_terminal, error);
        if (options_.identity)
            if (const int error = become(*options_.identity); error != 0) fail(StartStep::become_user, error);
        take_back(options_.inherited);
        if (options_.ignore_sigchld) std::signal(SIGCHLD, SIG_IGN);
        own_pid_variables_.name(getpid());
        before_exec_.missed_signals = missed_signals();
        options_.kept_by_exec.give();

        before_exec_.exec_ns = monotonic_ns();
        // This also brings the scheduler's accounting of the thread up to date, which the eBPF probe reads at exec.
        getrusage(RUSAGE_SELF, &before_exec_.used);
        // Last: a signal that has come by now may end the command before its exec.
        pthread_sigmask(SIG_SETMASK, &options_.signal_mask, nullptr);
        return {};
    }

    // Boost 1.81 checks for five parameters and passes four.
    template <typename... Any>
    void on_exec_error(Any&&...) const {
        if (errno == ENOEXEC)
            execve(shell, const_cast<char* const*>(shell_argv_.data()), const_cast<char* const*>(environment_.data()));
        fail(StartStep::exec, errno);
    }

private:
    static constexpr const char* shell = "/bin/sh";

    // Runs none of perfwrap's own exit handlers.
    [[noreturn]] void fail(StartStep step, int error) const {
        before_exec_.failed = {step, error};
        _exit(127);
    }

    static void take_back(const Inherited& inherited) {
        for (const int stream : inherited.closed_streams) close(stream);
        rlimit stack{};
        if (!inherited.stack_limit || getrlimit(RLIMIT_STACK, &stack) != 0) return;
        stack.rlim_cur = *inherited.stack_limit;
        setrlimit(RLIMIT_STACK, &stack);
    }

    // The pending signals of perfwrap, from its status file; all signals if it cannot be read.
    static std::uint64_t pending_signals_of_parent() {
        std::array<char, 32> path{"/proc/"};
        constexpr std::string_view file = "/status";
        auto* end = std::to_chars(path.data() + std::string_view(path.data()).size(), path.end(), getppid()).ptr;
        file.copy(end, file.size());
        const UniqueFd status{open(path.data(), O_RDONLY | O_CLOEXEC)};
        // Longer only if perfwrap's caller is in thousands of groups.
        std::array<char, 65536> text;
        std::size_t length = 0;
        for (ssize_t count = 1; count > 0 && length < text.size();
             length += static_cast<std::size_t>(std::max(count, ssize_t{0})))
            count = read(status.get(), text.data() + length, text.size() - length);
        std::uint64_t pending = 0;
        for (const std::string_view key : {"SigPnd", "ShdPnd"})
            pending |= leading_number(field_of({text.data(), length}, key), 16).value_or(~std::uint64_t{0});
        return pending;
    }

    // Every signal is blocked here, as in perfwrap. A signal to the group now reaches both: the child's own pending signals are
    // therefore read last.
    static std::uint64_t missed_signals() {
        std::uint64_t missed = pending_signals_of_parent();
        sigset_t own;
        sigpending(&own);
        for (int signal = 1; signal <= SIGRTMAX; ++signal)
            if (sigismember(&own, signal) == 1) missed &= ~(std::uint64_t{1} << (signal - 1));
        return missed;
    }

    const std::string& path_;
    const LaunchOptions& options_;
    BeforeExec& before_exec_;
    std::vector<const char*> argv_;
    std::vector<const char*> shell_argv_;
    std::vector<const char*> environment_;
    OwnPidVariables own_pid_variables_;
    bool guards_terminal_;
};

// The launchers that come with Boost.Process give the child to a reactor, for which they need epoll, an eventfd and a pidfd once
// it exists. Where these are refused, the command would run on unwatched. This one needs nothing more, and waits for the exec.
struct SeparateLauncher : process::posix::default_launcher {
    void operator()(Child& child) {
        const std::filesystem::path program(child.program());
        const char* const* argv = child.argv();
        env = child.environment();
        pid = static_cast<pid_t>(syscall(SYS_clone, CLONE_VFORK | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
        if (pid != 0) return;
        process::error_code error = process::posix::detail::on_exec_setup(*this, program, argv, child);
        if (!error) execve(program.c_str(), const_cast<char* const*>(argv), const_cast<char* const*>(env));
        process::posix::detail::on_exec_error(*this, program, argv, error, child);
    }
};

}  // namespace

tl::expected<Launched, StartError> start(const std::string& path, const LaunchOptions& options) {
    const auto page = shared_page();
    if (!page) return tl::unexpected(StartError{StartStep::share_memory, errno});
    Child child(path, options, *page);
    // An emulator such as qemu-user does not wait as vfork(2) does: the pipe is closed by the exec.
    std::array<int, 2> ends{-1, -1};
    static_cast<void>(pipe2(ends.data(), O_CLOEXEC));
    const UniqueFd until_exec{ends[0]};
    UniqueFd held_until_exec{ends[1]};

    SeparateLauncher launcher;
    launcher(child);
    const pid_t pid = launcher.pid;
    if (pid < 0) return tl::unexpected(StartError{StartStep::fork, errno});
    held_until_exec.reset();
    char nothing = 0;
    while (until_exec && read(until_exec.get(), &nothing, 1) < 0 && errno == EINTR) {
    }
    if (page->failed.error == 0)
        return Launched{pid, page->exec_ns != 0 ? page->exec_ns : monotonic_ns(), page->used, page->missed_signals};
    siginfo_t ended{};
    while (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED) != 0 && errno == EINTR) {
    }
    return tl::unexpected(page->failed);
}

}  // namespace perfwrap
