// What the subcommands share: how CLI11 is set up and run, and error messages.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "profiler/cli/options_exit.hpp"

namespace perfwrap {

// "perfwrap: WHAT" and where to find help. `subcommand` is "", or its name and a space: "doctor ".
OptionsExit complaint(std::string_view what, std::string_view subcommand = "");

// CLI11's list of options, without its usage line.
std::shared_ptr<CLI::FormatterBase> help_formatter();

// Reads an option's value. Errors are as in option_values.hpp.
using TakeValue = std::function<tl::expected<void, std::string>(std::string_view)>;

// An option with a value; an error of `take` becomes CLI11's, with the option's name before it. If the option is given twice,
// both values are taken: the later one wins, or adds to the first.
void add_value_option(CLI::App& app, const std::string& names, const std::string& value, TakeValue take,
                      const std::string& description);

// Runs CLI11 on the arguments; an exit if the outcome is help, the version or an error.
std::optional<OptionsExit> parse(CLI::App& app, std::span<const std::string> arguments, std::string_view subcommand = "");

// The options of a subcommand that only reports: whether it has --json. `name` is the subcommand, which takes no other words.
tl::expected<bool, OptionsExit> parse_report_options(std::span<const std::string> arguments, std::string_view name,
                                                     std::string_view usage);

// "--output", "--name": the long name of each option.
std::vector<std::string> long_options(const CLI::App& app);

}  // namespace perfwrap
