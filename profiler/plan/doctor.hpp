// What this host can measure, how exactly, and how to get the rest. Pure: facts in, text out.
#pragma once

#include <string>

#include "probes/host/host_facts.hpp"

namespace perfwrap {

// At most a screen of 80 columns.
std::string doctor_text(const HostFacts& facts);

// One JSON object, "schema" perfwrap-doctor/1. Its "mode" is null and its "metrics" empty where nothing can be measured.
std::string doctor_json(const HostFacts& facts);

}  // namespace perfwrap
