// Formats of every kind, one of each made up for the purpose.
#include "profiler/output/outputs.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "tests/profiler/output/folder.hpp"
#include "tests/support/sample_result.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

std::string name_alone(const Result& result) { return "one benchmark, by name: " + result.benchmark.name + "\n"; }

tl::expected<std::string, std::string> names_in_turn(std::string_view present, const Result& result) {
    if (present.starts_with("foreign")) return tl::unexpected<std::string>("it is no list of names");
    return std::string(present) + result.benchmark.name + "\n";
}

std::vector<DocumentInFolder> names_by_host(const Result& result) {
    return {{"hosts", names_in_turn}, {result.host.hostname + "/names", names_in_turn}};
}

constexpr std::array one_of_each_kind{
    Exporter{"name", ".name", "the name", "all else", name_alone},
    Exporter{"names", ".names", "the names of all results", "all else", names_in_turn},
    Exporter{"tree", "", "the names by host", "all else", names_by_host},
};

tl::expected<Outputs, std::string> open(const std::vector<Output>& outputs, bool with_partials = false) {
    return Outputs::open(outputs, one_of_each_kind, with_partials, std::nullopt);
}

Result named(const std::string& name) {
    auto result = sample_result();
    result.benchmark.name = name;
    return result;
}

}  // namespace

TEST_CASE("a result becomes a document, is added to one, and to those of a folder") {
    const Folder folder;
    const auto outputs =
        open({{"name", folder.file("a.name")}, {"names", folder.file("a.names")}, {"tree", folder.file("tree")}});
    REQUIRE(outputs);
    CHECK(folder.names().empty());
    CHECK(outputs->write(named("first")));
    CHECK(outputs->write(named("second")));
    CHECK(content(folder.file("a.name")) == "one benchmark, by name: second\n");
    CHECK(content(folder.file("a.names")) == "first\nsecond\n");
    CHECK(content(folder.file("tree/hosts")) == "first\nsecond\n");
    CHECK(content(folder.file("tree/box/names")) == "first\nsecond\n");
    CHECK(folder.names() == Names{"a.name", "a.names", "tree"});
}

TEST_CASE("a document that is refused stays as it was, and the others are written") {
    const Folder folder;
    put(folder.file("a.names"), "foreign");
    std::filesystem::create_directory(folder.file("tree"));
    put(folder.file("tree/hosts"), "foreign");
    const auto outputs =
        open({{"names", folder.file("a.names")}, {"tree", folder.file("tree")}, {"name", folder.file("a.name")}});
    REQUIRE(outputs);
    CHECK_FALSE(outputs->write(named("first")));
    CHECK(content(folder.file("a.names")) == "foreign");
    CHECK(content(folder.file("tree/hosts")) == "foreign");
    CHECK_FALSE(std::filesystem::exists(folder.file("tree/box")));
    CHECK(content(folder.file("a.name")) == "one benchmark, by name: first\n");
}

TEST_CASE("checkpoints are kept of documents that hold one result alone") {
    const Folder folder;
    auto outputs =
        open({{"name", folder.file("a.name")}, {"names", folder.file("a.names")}, {"tree", folder.file("tree")}}, true);
    REQUIRE(outputs);
    CHECK(outputs->have_partials());
    outputs->write_partials(named("so far"));
    CHECK(folder.names() == Names{"a.name.partial"});
    CHECK(content(folder.file("a.name.partial")) == "one benchmark, by name: so far\n");
    put(folder.file("a.names.partial"), "somebody else's");
    CHECK(outputs->write(named("first")));
    CHECK(folder.names() == Names{"a.name", "a.names", "a.names.partial", "tree"});

    const auto without = open({{"names", folder.file("a.names")}, {"tree", folder.file("tree")}}, true);
    REQUIRE(without);
    CHECK_FALSE(without->have_partials());
}

TEST_CASE("an output that cannot be written is refused before the start, of every kind") {
    const Folder folder;
    put(folder.file("file"), "");
    CHECK_FALSE(open({{"name", folder.path()}}));
    CHECK_FALSE(open({{"names", folder.path()}}));
    CHECK_FALSE(open({{"tree", folder.file("file")}}));
    CHECK(open({{"yaml", folder.file("new")}}).error() == "there is no format 'yaml'");
    CHECK(folder.names() == Names{"file"});
}

TEST_CASE("two outputs in one place are refused, of whatever kind") {
    const Folder folder;
    std::filesystem::create_directory(folder.file("tree"));
    for (const auto& [one, other] : {std::pair<Output, Output>{{"names", folder.file("a")}, {"names", folder.file("a")}},
                                     {{"name", folder.file("a")}, {"names", folder.file("./a")}},
                                     {{"tree", folder.file("tree")}, {"tree", folder.file("tree/")}},
                                     {{"tree", folder.file("absent/")}, {"tree", folder.file("absent")}},
                                     {{"tree", folder.file("a")}, {"name", folder.file("a")}}}) {
        INFO(one.path << " and " << other.path);
        const auto outputs = open({one, other});
        REQUIRE_FALSE(outputs);
        CHECK(says(outputs.error(), "are the same file"));
    }
    CHECK(open({{"tree", folder.file("tree")}, {"name", folder.file("tree/a.name")}}));
}
