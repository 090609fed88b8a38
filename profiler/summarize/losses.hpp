// Which numbers a loss leaves in doubt. Every "exact" is a promise, and each kind of loss breaks that of certain metrics.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "exporters/result/metrics.hpp"
#include "exporters/result/result.hpp"
#include "probes/recording/losses.hpp"
#include "probes/recording/recording.hpp"

namespace perfwrap {

enum class Doubt : std::uint8_t {
    none,       // no metric depends on it
    too_low,    // the true value is at least this much
    either_way  // the true value may be lower or higher
};

struct LossInfo {
    Loss loss;
    std::string_view key;  // in the result file
    std::string_view what;
    Doubt doubt;
    std::span<const Metric> touched;
};

// In the order of the enumeration.
std::span<const LossInfo> loss_catalogue();

// Whether the window has a length. By a clock that went back or stood still it has none.
bool has_length(const Recording& recording);

// Over all runs, those included that only the sum of the recordings shows.
Losses losses_of(std::span<const Recording> recordings);

// By key, those that occurred.
std::map<std::string, std::uint64_t> by_kind(const Losses& lost);

// "3 processes that ..., 1 thread that ..."; empty if there are none.
std::string in_words(const Losses& lost);

// Withdraws what the accuracy promises where the losses touch the metric, and notes why.
MetricSource in_doubt(MetricSource source, Metric metric, const Losses& lost);

}  // namespace perfwrap
