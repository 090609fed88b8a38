// A program on a pseudo-terminal of its own, as session leader.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace perfwrap::test {

class Terminal {
public:
    explicit Terminal(const std::vector<std::string>& argv);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void type(std::string_view keys) const;
    void resize(unsigned short rows, unsigned short columns) const;

    // The process group that the keys' signals go to.
    pid_t foreground_group() const;

    // Reads until the screen shows `text`, past what was waited for before; throws after two minutes without a word or at the
    // end, with what it shows.
    void wait_for(std::string_view text);

    // Everything that was shown until the program ended, \r\n as the terminal gives it.
    std::string wait_for_end();

    // As when the line breaks or the window is closed. Returns the program's wait status.
    int hang_up();

private:
    bool read_some(int timeout_ms);
    int reap();

    pid_t pid_ = -1;
    int master_ = -1;
    std::string screen_;
    std::size_t seen_ = 0;
};

}  // namespace perfwrap::test
