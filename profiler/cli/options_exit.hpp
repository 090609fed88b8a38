// What the command line may come to instead of options.
#pragma once

#include <string>

namespace perfwrap {

// Nothing to do: help or version for standard output with code 0, or a complaint for standard error with code 125.
struct OptionsExit {
    int code = 0;
    std::string text;  // complete, with its final newline
};

}  // namespace perfwrap
