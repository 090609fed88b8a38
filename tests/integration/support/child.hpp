// A program started by a test, which has all of its standard streams.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace perfwrap::test {

struct Launch {
    std::vector<std::string> argv;
    std::string input{};                     // its standard input, followed by end of file
    std::string folder{};                    // working directory; "" is the test's
    std::function<void()> before_exec = {};  // runs in the child, after its streams are set up
};

struct Ended {
    int status = 0;  // as returned by wait(2)
    std::string out;
    std::string err;
    std::uint64_t rss_at_most_bytes =
        0;  // the largest resident set of it, of one of its descendants, or of the test before the exec

    // The exit code; -N if it died of signal N.
    int code() const;
};

class Child {
public:
    explicit Child(const Launch& launch);
    // Kills and reaps the program unless it was waited for.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }

    // The next line of its standard output, without the newline. Throws after five minutes.
    std::string read_line();

    // Writes the input and reads the output until all processes that hold its streams are gone. Throws after five minutes.
    Ended wait();

private:
    void exchange(const std::string& awaited, const std::function<bool()>& enough);

    std::string name_;
    pid_t pid_ = -1;
    int input_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::string unsent_;
    Ended ended_;
};

inline Ended run(const Launch& launch) { return Child(launch).wait(); }

}  // namespace perfwrap::test
