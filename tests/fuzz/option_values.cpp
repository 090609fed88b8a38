// A text as the value of every option that takes a value.
#include "profiler/cli/option_values.hpp"

#include <array>

#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

constexpr std::array known_formats{OutputFormat{"json", ".json", ""}, OutputFormat{"prometheus", ".prom", ""},
                                   OutputFormat{"junit", "", ""}};

// Errors name the value.
template <class Value>
bool names_value(const tl::expected<Value, std::string>& parsed, std::string_view text) {
    return parsed || parsed.error().find(text) != std::string::npos;
}

void check_duration(std::string_view text) {
    const auto duration = parse_duration(text);
    require(names_value(duration, text), "a complaint about a duration names it");
    if (!duration) return;
    require(duration->count() > 0, "a duration is more than zero");
    // 2^53 ns: up to here a double is exact to the nanosecond.
    const bool exact = duration->count() < (std::int64_t{1} << 53);
    const auto again = parse_duration(fmt::format("{}.{:03}us", duration->count() / 1000, duration->count() % 1000));
    require(!exact || again == duration, "a duration comes back as it was written");
    const auto interval = parse_interval(text);
    require(interval.has_value() == (*duration >= std::chrono::microseconds(100)), "an interval is a duration of 100us or more");
}

void check_count(std::string_view text) {
    const auto count = parse_count(text);
    require(names_value(count, text), "a complaint about a count names it");
    require(!count || parse_count(fmt::format("{}", *count)) == count, "a count comes back as it was written");
}

void check_output(std::string_view text) {
    const auto output = parse_output(text, known_formats);
    require(text.empty() || names_value(output, text), "a complaint about an output names it");
    if (!output) return;
    require(!output->path.empty() && text.ends_with(output->path), "an output's path is the end of the text");
    const auto again = parse_output(fmt::format("{}:{}", output->format, output->path), known_formats);
    require(again && again->format == output->format && again->path == output->path, "an output comes back as it was written");
}

void check_label(std::string_view text) {
    const auto label = parse_label(text);
    require(names_value(label, text), "a complaint about a label names it");
    require(!label || (!label->first.empty() && fmt::format("{}={}", label->first, label->second) == text),
            "a label is all of its text");
}

}  // namespace

void option_values(std::string_view input) {
    check_duration(input);
    check_count(input);
    check_output(input);
    check_label(input);
    const auto choice = parse_choice<int>(input, {{"auto", 1}, {"ebpf", 2}});
    require(names_value(choice, input), "a complaint about a choice names it");
    require(choice.has_value() == (input == "auto" || input == "ebpf"), "a choice is one of the words");
}

}  // namespace perfwrap::fuzz
