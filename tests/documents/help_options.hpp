// The options as `perfwrap --help` lists them: the source of every other list of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace perfwrap {

struct HelpOption {
    std::string group;       // "The result"
    std::string short_name;  // "-o", or ""
    std::string long_name;   // "--output"
    std::string value;       // "[FORMAT:]PATH"; "" of a flag
    std::string meaning;     // in one line, without a full stop

    // The words that the value may be, if the help names any: auto, ebpf and procfs of "auto|ebpf|procfs".
    std::vector<std::string> choices() const;
};

std::vector<HelpOption> options_in(std::string_view help);

}  // namespace perfwrap
