// The text of `perfwrap --help` around the list of options.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "profiler/cli/option_values.hpp"

namespace perfwrap {

// The width of the column that names options, formats and metrics.
inline constexpr int help_name_columns = 33;

inline constexpr std::string_view help_usage =
    "Runs a command and reports what it and all of its descendants cost.\n"
    "\n"
    "Usage: perfwrap [run] [OPTIONS] [--] COMMAND [ARG...]\n"
    "       perfwrap doctor [--json]  what this host can measure, how exactly, and\n"
    "                                 what would unlock the rest\n"
    "       perfwrap metrics [--json] what each number means\n"
    "\n"
    "Options come before COMMAND; everything after it belongs to COMMAND.\n";

inline constexpr std::string_view doctor_help_usage =
    "Reports what this host can measure, how exactly,\n"
    "and what would unlock the rest.\n"
    "\n"
    "Usage: perfwrap doctor [--json]\n";

inline constexpr std::string_view metrics_help_usage =
    "Lists every metric: its key, meaning, unit and better direction.\n"
    "\n"
    "Usage: perfwrap metrics [--json]\n";

// Formats, examples and exit codes.
std::string help_footer(std::span<const OutputFormat> formats);

// What perfwrap metrics prints.
std::string metrics_text();

}  // namespace perfwrap
