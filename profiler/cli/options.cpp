#include "profiler/cli/options.hpp"

namespace perfwrap {

tl::expected<Options, OptionsExit> parse_options(std::span<const std::string> arguments, std::span<const OutputFormat> formats,
                                                 std::string_view version) {
    if (arguments.empty()) return parse_run_options(arguments, formats, version);
    if (arguments.front() == "doctor") return parse_doctor_options(arguments.subspan(1));
    return parse_run_options(arguments.front() == "run" ? arguments.subspan(1) : arguments, formats, version);
}

}  // namespace perfwrap
