// What holds for every result, whatever the command did and however it was measured. Each property is a function of a run and of
// the result that holds it; it returns the values that do not fit, such as "pss_peak_bytes 20 above rss_peak_bytes 10", or
// nothing.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/result/result.hpp"

namespace perfwrap::test {

using Violations = std::vector<std::string>;

inline constexpr double nanosecond = 1e-9;  // to which times are written, in seconds

struct Property {
    std::string_view name;
    Violations (*violations)(const Result&, const RunResult&);
};

// memory_properties.cpp
Violations averages_above_peaks(const Result&, const RunResult&);
Violations pss_above_rss(const Result&, const RunResult&);
Violations parts_above_the_whole(const Result&, const RunResult&);
Violations holders_that_are_not_the_peak(const Result&, const RunResult&);

// timeline_properties.cpp
Violations integral_that_is_not_the_average(const Result&, const RunResult&);
Violations maximum_that_is_not_the_peak(const Result&, const RunResult&);
Violations points_out_of_the_window(const Result&, const RunResult&);
Violations buckets_with_too_many_cores(const Result&, const RunResult&);

// tree_properties.cpp
Violations rows_that_are_not_the_tree(const Result&, const RunResult&);
Violations programs_that_are_not_the_tree(const Result&, const RunResult&);
Violations rows_without_their_parents(const Result&, const RunResult&);
Violations lives_out_of_the_window(const Result&, const RunResult&);
Violations counts_below_peaks(const Result&, const RunResult&);

// value_properties.cpp
Violations cpu_that_is_not_its_parts(const Result&, const RunResult&);
Violations more_cpu_than_there_was(const Result&, const RunResult&);
Violations absurd_values(const Result&, const RunResult&);
Violations metrics_without_a_word(const Result&, const RunResult&);

// All of them.
std::span<const Property> properties();

// Of every property in every run, each with the property's name and, in a series, the run.
Violations violations_of(const Result& result);

}  // namespace perfwrap::test
