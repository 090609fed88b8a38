// From looks at the page tables to proportional set sizes over time.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "probes/recording/recording.hpp"

namespace perfwrap {

// The resident sum times the ratio of the looks: the average is never above that of the resident sum, as no ratio is above 1, nor
// above the peak. The peak is what was found by the look that found the most resident memory, and as much of what the resident
// peak is above that as was private to a process in that look: what is shared adds to the resident sum alone. Or it is what
// another look found, if that is more; never above the resident peak. Error: why the looks do not tell.
tl::expected<MemoryOverTime, std::string> proportional(const MemoryTotals& memory);

// Given that it tells: why its peak is no better than a guess. Empty: a look found most of the resident peak.
std::optional<std::string> peak_not_seen(const MemoryTotals& memory);

}  // namespace perfwrap
