// Parses command lines: into the options of a subcommand, or what perfwrap prints instead.
#pragma once

#include <array>
#include <catch2/catch.hpp>

#include "profiler/cli/options.hpp"

namespace perfwrap::test {

using Words = std::vector<std::string>;

inline tl::expected<Options, OptionsExit> parse_words(const Words& arguments) {
    static constexpr std::array formats{OutputFormat{"json", ".json", "Everything that was measured"},
                                        OutputFormat{"prometheus", ".prom", "Prometheus text format"}};
    return parse_options(arguments, formats, "1.2.3");
}

inline RunOptions run_options(const Words& arguments) {
    const auto options = parse_words(arguments);
    if (!options) FAIL(options.error().text);
    REQUIRE(std::holds_alternative<RunOptions>(*options));
    return std::get<RunOptions>(*options);
}

inline DoctorOptions doctor_options(const Words& arguments) {
    const auto options = parse_words(arguments);
    if (!options) FAIL(options.error().text);
    REQUIRE(std::holds_alternative<DoctorOptions>(*options));
    return std::get<DoctorOptions>(*options);
}

inline OptionsExit exit_for(const Words& arguments) {
    auto options = parse_words(arguments);
    REQUIRE_FALSE(options);
    return options.error();
}

inline std::string complaint_of(const Words& arguments) {
    const auto exit = exit_for(arguments);
    CHECK(exit.code == 125);
    CHECK_THAT(exit.text, Catch::Matchers::StartsWith("perfwrap: ") && Catch::Matchers::Contains("--help"));
    return exit.text;
}

}  // namespace perfwrap::test
