// Programs that judge an exporter's output: the ones its readers use.
#pragma once

#include <string>
#include <string_view>

namespace perfwrap::test {

struct ToolOutcome {
    int exit_code = 0;
    std::string output;  // stdout and stderr
};

// Whether `program` is there; if not, says on stderr that the test is skipped and why.
bool can_run(const std::string& program);

// Through /bin/sh, with a file holding `input` in the place of {} in the command line.
ToolOutcome run_on(std::string command_line, std::string_view input);

}  // namespace perfwrap::test
