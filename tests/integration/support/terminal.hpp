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

    // The process group that receives the signals of keys.
    pid_t foreground_group() const;

    // Reads until `text` is shown, after what was waited for before. Throws after two minutes without output, or at the end; the
    // message has what was shown.
    void wait_for(std::string_view text);

    // Everything that was shown until the program ended, with the terminal's \r\n.
    std::string wait_for_end();

    // Hangs up, like a lost connection or a closed window. Returns the program's wait status.
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
