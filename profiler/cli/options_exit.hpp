// What parsing a command line ends in where there are no options to act on.
#pragma once

#include <string>

namespace perfwrap {

// Text for standard output with code 0 (help, version), or an error message for standard error with code 125.
struct OptionsExit {
    int code = 0;
    std::string text;  // complete, with its final newline
};

}  // namespace perfwrap
