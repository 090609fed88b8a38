#include "tests/properties/properties.hpp"

#include <fmt/format.h>

#include <array>

namespace perfwrap::test {
namespace {

constexpr std::array all{
    Property{"no average above its peak", averages_above_peaks},
    Property{"PSS within RSS", pss_above_rss},
    Property{"no part above the whole", parts_above_the_whole},
    Property{"what the holders held is the peak", holders_that_are_not_the_peak},
    Property{"the timeline's integral is average times wall", integral_that_is_not_the_average},
    Property{"the timeline's maximum is the peak", maximum_that_is_not_the_peak},
    Property{"the timeline lies within the window", points_out_of_the_window},
    Property{"no bucket with more cores than CPUs", buckets_with_too_many_cores},
    Property{"the rows and what is omitted are the tree", rows_that_are_not_the_tree},
    Property{"the programs are the tree", programs_that_are_not_the_tree},
    Property{"no row without its parent", rows_without_their_parents},
    Property{"no life outside the window", lives_out_of_the_window},
    Property{"no count below its peak", counts_below_peaks},
    Property{"user and system time are the CPU time", cpu_that_is_not_its_parts},
    Property{"no more CPU time than the CPUs had", more_cpu_than_there_was},
    Property{"no absurd value", absurd_values},
    Property{"every metric is measured or its absence explained", metrics_without_a_word},
};

}  // namespace

std::span<const Property> properties() { return all; }

Violations violations_of(const Result& result) {
    Violations found;
    for (const auto& run : result.runs)
        for (const auto& property : all)
            for (const auto& violation : property.violations(result, run))
                found.push_back(fmt::format("run {}: {}: {}", run.index, property.name, violation));
    return found;
}

}  // namespace perfwrap::test
