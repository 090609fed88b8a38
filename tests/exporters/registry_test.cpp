#include "exporters/registry.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/sample_result.hpp"

using namespace perfwrap;

TEST_CASE("a format is found by its name") {
    REQUIRE(find_exporter("json") != nullptr);
    CHECK(find_exporter("json")->name == "json");
    CHECK(find_exporter("prometheus")->name == "prometheus");
    CHECK(find_exporter("yaml") == nullptr);
    CHECK(find_exporter("") == nullptr);
}

TEST_CASE(
    "names and suffixes are unique and every format has a description, says what is lost and ends its output with a newline") {
    std::set<std::string_view> names;
    std::set<std::string_view> suffixes;
    for (const auto& each : exporters()) {
        INFO(each.name);
        CHECK(names.insert(each.name).second);
        CHECK((each.suffix.empty() || suffixes.insert(each.suffix).second));
        CHECK_FALSE(each.description.empty());
        CHECK_FALSE(each.lost.empty());
        CHECK(each.format(test::sample_result()).ends_with('\n'));
        CHECK_FALSE(each.format(Result{}).empty());
    }
}
