// Lists for the bash completion.
#pragma once

#include <span>
#include <string>

#include "exporters/registry.hpp"
#include "tests/documents/help_options.hpp"

namespace perfwrap {

// `report` are the options of the subcommands that only report.
std::string words_for_bash(std::span<const HelpOption> run, std::span<const HelpOption> report,
                           std::span<const Exporter> formats);

}  // namespace perfwrap
