// The command line as plain values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "profiler/cli/doctor_options.hpp"
#include "profiler/cli/option_values.hpp"
#include "profiler/cli/options_exit.hpp"
#include "profiler/cli/run_options.hpp"

namespace perfwrap {

using Options = std::variant<RunOptions, DoctorOptions, MetricsOptions>;

// `arguments` are argv without the program's own name. "doctor", "metrics", "run", "help" and "version" are
// subcommands as the first argument only, but for --quiet.
tl::expected<Options, OptionsExit> parse_options(std::span<const std::string> arguments, std::span<const OutputFormat> formats,
                                                 std::string_view version);

}  // namespace perfwrap
