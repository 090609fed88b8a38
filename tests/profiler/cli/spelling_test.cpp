#include "profiler/cli/spelling.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace perfwrap;

namespace {

std::string meant(std::string_view option) {
    static const std::array<std::string, 4> known{"--output", "--name", "--max-processes", "--quiet"};
    return unknown_option(option, known);
}

}  // namespace

TEST_CASE("An unknown option is named together with the nearest one") {
    CHECK(meant("--outptu") == "unknown option '--outptu'; did you mean --output?");
    CHECK(meant("--nmae") == "unknown option '--nmae'; did you mean --name?");
    CHECK(meant("--quite") == "unknown option '--quite'; did you mean --quiet?");
}

TEST_CASE("Capital letters do not keep an option from being known") {
    CHECK(meant("--Output") == "unknown option '--Output'; did you mean --output?");
    CHECK(meant("--OUTPUT=x.json") == "unknown option '--OUTPUT=x.json'; did you mean --output?");
}

TEST_CASE("The beginning of an option is near it, and a value does not count") {
    CHECK(meant("--max") == "unknown option '--max'; did you mean --max-processes?");
    CHECK(meant("--max=5") == "unknown option '--max=5'; did you mean --max-processes?");
    CHECK(meant("--nam=a long name") == "unknown option '--nam=a long name'; did you mean --name?");
}

TEST_CASE("Where no option is near none is suggested") {
    CHECK(meant("--frobnicate") == "unknown option '--frobnicate'");
    CHECK(meant("-x") == "unknown option '-x'");
    CHECK(unknown_option("--name", {}) == "unknown option '--name'");
}
