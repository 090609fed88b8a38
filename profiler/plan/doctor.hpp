// Reports what this host can measure, how exactly, and what would unlock the rest. Pure: facts in, text out.
#pragma once

#include <string>

#include "probes/host/host_facts.hpp"

namespace perfwrap {

// For a terminal of 80 columns.
std::string doctor_text(const HostFacts& facts);

// One JSON object, "schema" perfwrap-doctor/1. If nothing can be measured, "mode" is null and "metrics" is empty.
std::string doctor_json(const HostFacts& facts);

}  // namespace perfwrap
