#include "terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace perfwrap::test {

Terminal::Terminal(const std::vector<std::string>& argv) {
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_ = ::forkpty(&master_, nullptr, nullptr, nullptr);
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "forkpty");
    if (pid_ == 0) {
        ::execvp(words[0], words.data());
        ::_exit(99);
    }
}

Terminal::~Terminal() {
    ::close(master_);
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Terminal::type(std::string_view keys) const {
    if (::write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::system_error(errno, std::generic_category(), "write to the terminal");
}

// False at the end; a terminal whose last user is gone gives EIO.
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
    while (screen_.find(text) == std::string::npos)
        if (!read_some(20'000)) throw std::runtime_error("the program ended; the terminal shows: " + screen_);
}

std::string Terminal::wait_for_end() {
    while (read_some(60'000)) {
    }
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
    return screen_;
}

}  // namespace perfwrap::test
