#include "exporters/registry.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/sample_result.hpp"

using namespace perfwrap;

namespace {

std::vector<std::string> bytes_of(WholeDocument document, const Result& result) { return {document(result)}; }
std::vector<std::string> bytes_of(UpdatedDocument document, const Result& result) { return {document("", result).value()}; }
std::vector<std::string> bytes_of(DocumentFolder folder, const Result& result) {
    std::vector<std::string> documents;
    for (const auto& [path, document] : folder(result)) documents.push_back(document("", result).value());
    return documents;
}

// Where nothing was before.
std::vector<std::string> documents_of(const Exporter& exporter, const Result& result) {
    return std::visit([&](const auto kind) { return bytes_of(kind, result); }, exporter.of_result);
}

}  // namespace

TEST_CASE("a format is found by its name") {
    for (const std::string_view name : {"json", "prometheus"}) {
        const auto* row = find_exporter(exporters(), name);
        REQUIRE(row != nullptr);
        CHECK(row->name == name);
    }
    CHECK(find_exporter(exporters(), "yaml") == nullptr);
    CHECK(find_exporter(exporters(), "") == nullptr);
    CHECK(find_exporter({}, "json") == nullptr);
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
        for (const auto& result : {test::sample_result(), Result{}})
            for (const auto& document : documents_of(each, result)) CHECK(document.ends_with('\n'));
    }
}
