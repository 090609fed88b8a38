// Lists for the bash completion.
#pragma once

#include <span>
#include <string>

#include "exporters/registry.hpp"
#include "tests/documents/help_options.hpp"

namespace perfwrap {

std::string words_for_bash(std::span<const HelpOption> run, std::span<const HelpOption> doctor,
                           std::span<const Exporter> formats);

}  // namespace perfwrap
