// A corner of CLI11: it takes the next word for the value of "--name=", as if nothing had been said.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

namespace perfwrap {

// The arguments with "--name=" as two words, the option and its empty value. What comes after the options stays as it is.
std::vector<std::string> spell_empty_values(const CLI::App& app, std::span<const std::string> arguments);

}  // namespace perfwrap
