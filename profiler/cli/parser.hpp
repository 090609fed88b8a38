// What the subcommands share of CLI11: the layout of help, options with a value, and what a command line may end in.
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

// "perfwrap: WHAT" and where to find help. `subcommand` is "", or its name with a blank after it: "doctor ".
OptionsExit complaint(std::string_view what, std::string_view subcommand = "");

// CLI11's list of options under our own headline.
std::shared_ptr<CLI::FormatterBase> help_formatter();

// Makes sense of an option's value; its error is a half sentence.
using TakeValue = std::function<tl::expected<void, std::string>(std::string_view)>;

// An option with a value; what `take` complains of becomes CLI11's error, with the option's name before it. Given twice, the
// option is taken twice: the later value wins or adds to the first.
void add_value_option(CLI::App& app, const std::string& names, const std::string& value, TakeValue take,
                      const std::string& description);

// Runs CLI11 on the arguments; an exit if help, the version or a complaint is all there is to say.
std::optional<OptionsExit> parse(CLI::App& app, std::span<const std::string> arguments, std::string_view subcommand = "");

// "--output", "--name": every option that is known by a word.
std::vector<std::string> long_options(const CLI::App& app);

}  // namespace perfwrap
