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

TEST_CASE("a format is found by the ending of a path") {
    CHECK(exporter_for_path("out/result.json") == find_exporter("json"));
    CHECK(exporter_for_path("perfwrap.prom") == find_exporter("prometheus"));
    CHECK(exporter_for_path("result.txt") == nullptr);
    CHECK(exporter_for_path("json") == nullptr);
    CHECK(exporter_for_path("") == nullptr);
}

TEST_CASE("names and endings are unique and every format has a description and ends its output with a newline") {
    std::set<std::string_view> names;
    std::set<std::string_view> endings;
    for (const auto& each : exporters()) {
        INFO(each.name);
        CHECK(names.insert(each.name).second);
        CHECK((each.ending.empty() || endings.insert(each.ending).second));
        CHECK_FALSE(each.description.empty());
        CHECK(each.format(test::sample_result()).ends_with('\n'));
        CHECK_FALSE(each.format(Result{}).empty());
    }
}
