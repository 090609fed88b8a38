// Tables for READMEs.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "exporters/registry.hpp"
#include "tests/documents/help_options.hpp"

namespace perfwrap {

// Every metric of the catalogue, what it means and how exact it is in each mode on a host that allows everything.
std::string metrics_as_markdown();

std::string options_as_markdown(std::span<const HelpOption> options);

std::string formats_as_markdown(std::span<const Exporter> formats);

}  // namespace perfwrap
