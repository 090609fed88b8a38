#include "tests/integration/support/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace perfwrap::test {
namespace {

constexpr std::chrono::seconds patience{300};

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    return ends;
}

void close_and_forget(int& descriptor) {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
}

[[noreturn]] void become(const Launch& launch, int input, int out, int err) {
    ::dup2(input, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (!launch.folder.empty() && ::chdir(launch.folder.c_str()) != 0) ::_exit(99);
    std::vector<char*> argv;
    for (const auto& word : launch.argv) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    if (launch.before_exec) launch.before_exec();
    ::execvp(argv[0], argv.data());
    ::_exit(99);
}

// Shortened for a message: there can be very many and very large arguments.
std::string beginning_of(const std::vector<std::string>& argv) {
    constexpr std::size_t most = 300;
    std::string text;
    for (const auto& word : argv) {
        text += (text.empty() ? "" : " ") + word;
        if (text.size() > most) return text.substr(0, most) + "...";
    }
    return text;
}

void read_some(int& descriptor, std::string& text) {
    std::array<char, 65536> buffer;
    const auto length = ::read(descriptor, buffer.data(), buffer.size());
    if (length > 0)
        text.append(buffer.data(), static_cast<std::size_t>(length));
    else if (length == 0 || (errno != EINTR && errno != EAGAIN))
        close_and_forget(descriptor);
}

}  // namespace

int Ended::code() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

Child::Child(const Launch& launch) : name_(beginning_of(launch.argv)), unsent_(launch.input) {
    std::signal(SIGPIPE, SIG_IGN);
    auto input = make_pipe();
    auto out = make_pipe();
    auto err = make_pipe();
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) {
        // A shell starts background commands with the last two ignored.
        for (const int signal : {SIGPIPE, SIGINT, SIGQUIT}) std::signal(signal, SIG_DFL);
        become(launch, input[0], out[1], err[1]);
    }
    ::close(input[0]);
    ::close(out[1]);
    ::close(err[1]);
    input_ = input[1];
    out_ = out[0];
    err_ = err[0];
    ::fcntl(input_, F_SETFL, O_NONBLOCK);
}

Child::~Child() {
    for (int* descriptor : {&input_, &out_, &err_}) close_and_forget(*descriptor);
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Child::exchange(const std::string& awaited, const std::function<bool()>& enough) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!enough()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("waited in vain for five minutes: " + awaited + " of: " + name_ +
                                     "; its stderr: " + ended_.err);
        if (unsent_.empty()) close_and_forget(input_);
        std::array<pollfd, 3> events{{{input_, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}}};
        ::poll(events.data(), events.size(), 1000);
        if (events[0].revents != 0) {
            const auto sent = ::write(input_, unsent_.data(), unsent_.size());
            if (sent >= 0) unsent_.erase(0, static_cast<std::size_t>(sent));
            if (sent < 0 && errno != EAGAIN && errno != EINTR) unsent_.clear();
        }
        if (events[1].revents != 0) read_some(out_, ended_.out);
        if (events[2].revents != 0) read_some(err_, ended_.err);
    }
}

std::string Child::read_line() {
    exchange("a line", [this] { return out_ < 0 || ended_.out.find('\n') != std::string::npos; });
    const auto end = std::min(ended_.out.find('\n'), ended_.out.size());
    std::string line = ended_.out.substr(0, end);
    ended_.out.erase(0, end + 1);
    return line;
}

Ended Child::wait() {
    exchange("the end of the streams", [this] { return out_ < 0 && err_ < 0; });
    rusage used{};
    while (::wait4(pid_, &ended_.status, 0, &used) < 0 && errno == EINTR) {
    }
    ended_.rss_at_most_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
    pid_ = -1;
    return ended_;
}

}  // namespace perfwrap::test
