#include "tests/integration/support/terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace perfwrap::test {
namespace {

constexpr int patience_ms = 120'000;

}  // namespace

Terminal::Terminal(const std::vector<std::string>& argv) {
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "forkpty");
    if (pid_ == 0) {
        std::signal(SIGHUP, SIG_DFL);  // even if the tests run under nohup(1)
        ::execvp(words[0], words.data());
        ::_exit(99);
    }
}

Terminal::~Terminal() {
    if (master_ >= 0) ::close(master_);
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    reap();
}

int Terminal::reap() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

void Terminal::type(std::string_view keys) const {
    if (::write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::system_error(errno, std::generic_category(), "write to the terminal");
}

void Terminal::resize(unsigned short rows, unsigned short columns) const {
    const winsize size{rows, columns, 0, 0};
    if (::ioctl(master_, TIOCSWINSZ, &size) != 0) throw std::system_error(errno, std::generic_category(), "resize the terminal");
}

pid_t Terminal::foreground_group() const { return ::tcgetpgrp(master_); }

// False at the end: reading returns EIO once the last process has closed the terminal.
bool Terminal::read_some(int timeout_ms) {
    pollfd event{master_, POLLIN, 0};
    if (::poll(&event, 1, timeout_ms) == 0) throw std::runtime_error("the terminal stays silent; it shows: " + screen_);
    std::array<char, 4096> buffer;
    const auto length = ::read(master_, buffer.data(), buffer.size());
    if (length <= 0) return false;
    screen_.append(buffer.data(), static_cast<std::size_t>(length));
    return true;
}

void Terminal::wait_for(std::string_view text) {
    std::size_t at = 0;
    while ((at = screen_.find(text, seen_)) == std::string::npos)
        if (!read_some(patience_ms)) throw std::runtime_error("the program ended; the terminal shows: " + screen_);
    seen_ = at + text.size();
}

std::string Terminal::wait_for_end() {
    while (read_some(patience_ms)) {
    }
    reap();
    return screen_;
}

int Terminal::hang_up() {
    ::close(std::exchange(master_, -1));
    return reap();
}

}  // namespace perfwrap::test
