// Programs that check an exporter's output: those that its readers use.
#pragma once

#include <string>
#include <string_view>

namespace perfwrap::test {

struct ToolOutcome {
    int exit_code = 0;
    std::string output;  // stdout and stderr
};

// Whether `program` is installed; if not, prints on stderr that the test is skipped and why.
bool can_run(const std::string& program);

// Runs the command line with /bin/sh; {} is replaced by the path of a file that contains `input`.
ToolOutcome run_on(std::string command_line, std::string_view input);

}  // namespace perfwrap::test
