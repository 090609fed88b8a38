#include "tests/support/outside_tool.hpp"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace perfwrap::test {

bool can_run(const std::string& program) {
    if (std::system(("command -v " + program + " >/dev/null").c_str()) == 0) return true;
    std::cerr << "SKIPPED: " << program << " is not installed\n";
    return false;
}

ToolOutcome run_on(std::string command_line, std::string_view input) {
    std::string file = "/tmp/perfwrap-test-XXXXXX";
    const int fd = ::mkstemp(file.data());
    if (fd < 0 || ::write(fd, input.data(), input.size()) != static_cast<ssize_t>(input.size()))
        throw std::runtime_error("cannot write " + file);
    ::close(fd);
    command_line.replace(command_line.find("{}"), 2, file);

    ToolOutcome outcome;
    FILE* const pipe = ::popen(("(" + command_line + ") 2>&1").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot start " + command_line);
    std::array<char, 4096> chunk{};
    while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe)) outcome.output.append(chunk.data(), got);
    outcome.exit_code = WEXITSTATUS(::pclose(pipe));
    ::unlink(file.c_str());
    return outcome;
}

}  // namespace perfwrap::test
