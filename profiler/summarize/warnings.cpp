#include "profiler/summarize/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace perfwrap {
namespace {

std::string names_of(const std::vector<std::string>& orphans) {
    constexpr std::size_t named = 5;
    const auto first = std::span(orphans).first(std::min(named, orphans.size()));
    const auto names = fmt::format("{}", fmt::join(first, ", "));
    return orphans.size() > named ? fmt::format("{} and {} more", names, orphans.size() - named) : names;
}

}  // namespace

std::vector<std::string> warnings_of(std::span<const Recording> runs, const Plan& plan, const Measurement& measurement) {
    std::vector<std::string> warnings;
    if (plan.fallback_reason)
        warnings.push_back(fmt::format("measured through /proc, less exactly than with eBPF: {}{}", *plan.fallback_reason,
                                       plan.remedy ? fmt::format("; to use eBPF: {}", *plan.remedy) : ""));
    std::vector<std::string> orphans;
    for (const auto& run : runs) orphans.insert(orphans.end(), run.orphans.begin(), run.orphans.end());
    if (!orphans.empty())
        warnings.push_back(
            fmt::format("still running after the command ended: {}; what they had used by then is counted (see --orphans)",
                        names_of(orphans)));
    if (measurement.lost_events != 0)
        warnings.push_back(fmt::format("{} events were lost: the process table or some of the totals may be incomplete",
                                       measurement.lost_events));
    return warnings;
}

}  // namespace perfwrap
