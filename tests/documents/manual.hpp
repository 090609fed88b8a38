// Lists for the manual page, in mdoc(7).
#pragma once

#include <span>
#include <string>

#include "exporters/registry.hpp"
#include "tests/documents/help_options.hpp"

namespace perfwrap {

// With a subsection for each group.
std::string options_as_mdoc(std::span<const HelpOption> options);

std::string formats_as_mdoc(std::span<const Exporter> formats);

}  // namespace perfwrap
