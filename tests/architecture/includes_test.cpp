// Every #include of the program runs the way that ARCHITECTURE.md says: down, and only to where its table allows.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "tests/architecture/rooms.hpp"

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;

const fs::path project = PERFWRAP_SOURCE_DIR;

std::string read(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Room> documented() { return rooms_in(read(project / "ARCHITECTURE.md")); }

// "procfs_probe_memory_test" is a test of procfs_probe.
bool has_unit_of(const std::string& test, const fs::path& room) {
    return std::any_of(fs::directory_iterator(room), fs::directory_iterator(), [&](const fs::directory_entry& entry) {
        return entry.is_regular_file() && test.starts_with(entry.path().stem().string() + "_");
    });
}

}  // namespace

TEST_CASE("ARCHITECTURE.md names every directory of sources, and no other") {
    std::set<std::string> in_table;
    for (const auto& room : documented()) in_table.insert(room.name);
    std::set<std::string> in_tree;
    for (const auto& [room, seen] : includes_below(project)) in_tree.insert(room);
    CHECK(in_table == in_tree);
}

TEST_CASE("no #include goes where ARCHITECTURE.md does not allow it") {
    const auto includes = includes_below(project);
    for (const auto& room : documented()) {
        if (!includes.contains(room.name)) continue;
        for (const auto& [other, where] : includes.at(room.name)) {
            INFO(where);
            INFO(room.name << " may not see " << other << "; ARCHITECTURE.md has the table of who may");
            CHECK(room.may_see.contains(other));
        }
    }
}

TEST_CASE("what ARCHITECTURE.md allows is made use of") {
    const auto includes = includes_below(project);
    for (const auto& room : documented()) {
        for (const auto& other : room.may_see) {
            INFO(room.name << " includes nothing of " << other << ", so its row in ARCHITECTURE.md need not allow it");
            CHECK((includes.contains(room.name) && includes.at(room.name).contains(other)));
        }
    }
}

TEST_CASE("every arrow of ARCHITECTURE.md's table runs down: no directory sees one above it") {
    std::set<std::string> above;
    for (const auto& room : documented()) {
        above.insert(room.name);
        for (const auto& other : room.may_see) {
            INFO(room.name << " sees " << other << ", which stands above it in the table");
            CHECK_FALSE(above.contains(other));
        }
    }
}

TEST_CASE("probes and exporters do not see each other, and neither sees the profiler") {
    for (const auto& [room, seen] : includes_below(project)) {
        const auto top = room.substr(0, room.find('/'));
        if (top == "profiler") continue;
        for (const auto& [other, where] : seen) {
            INFO(where);
            CHECK(other.substr(0, other.find('/')) == top);
        }
    }
}

TEST_CASE("a test stands where its unit stands, and is built") {
    for (const auto* top : {"profiler", "probes", "exporters"}) {
        const auto lists = read(project / "tests" / top / "CMakeLists.txt");
        for (const auto& entry : fs::recursive_directory_iterator(project / "tests" / top)) {
            const auto name = entry.path().stem().string();
            if (!name.ends_with("_test")) continue;
            const auto room = fs::relative(entry.path().parent_path(), project / "tests");
            INFO(entry.path());
            INFO("it should test something in " << room << ", and be in tests/" << top << "/CMakeLists.txt");
            CHECK(has_unit_of(name, project / room));
            CHECK(lists.find(fs::relative(entry.path(), project / "tests" / top).string()) != std::string::npos);
        }
    }
}

TEST_CASE("an include that breaks the rule is found, wherever it stands") {
    const auto rooms = rooms_in(
        "| directory | what is in it | may see |\n"
        "|---|---|---|\n"
        "| `profiler` | main | `probes/host`, `exporters` |\n"
        "| `exporters` | formats, `x` | nothing of ours |\n");
    REQUIRE(rooms.size() == 2);
    CHECK(rooms[0].name == "profiler");
    CHECK(rooms[0].may_see == std::set<std::string>{"probes/host", "exporters"});
    CHECK(rooms[1].may_see.empty());
    const auto includes = includes_below(project);
    REQUIRE(includes.contains("profiler/session"));
    CHECK(includes.at("profiler/session").contains("probes/recording"));
    CHECK_FALSE(includes.at("profiler/session").contains("profiler/session"));
}

}  // namespace perfwrap::test
