// What users should know before they rely on the numbers.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "probes/recording/recording.hpp"
#include "profiler/plan/plan.hpp"

namespace perfwrap {

// Sentences without a final full stop.
std::vector<std::string> warnings_of(std::span<const Recording> runs, const Plan& plan);

}  // namespace perfwrap
