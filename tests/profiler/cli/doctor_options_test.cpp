#include "profiler/cli/doctor_options.hpp"

#include <catch2/catch.hpp>

#include "tests/profiler/cli/command_lines.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using Catch::Matchers::Contains;

TEST_CASE("What doctor does not take is named, with what was probably meant") {
    CHECK_THAT(complaint_of({"doctor", "--jsn"}), Contains("did you mean --json?") && Contains("perfwrap doctor --help"));
    CHECK_THAT(complaint_of({"doctor", "who"}), Contains("'who'") && Contains("perfwrap -- doctor"));
}
