#include "tests/architecture/rooms.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> in_backticks(const std::string& cell) {
    static const std::regex quoted{"`([^`]+)`"};
    std::vector<std::string> words;
    for (std::sregex_iterator match(cell.begin(), cell.end(), quoted), none; match != none; ++match) words.push_back((*match)[1]);
    return words;
}

bool is_source(const fs::path& path) {
    static const std::set<std::string> suffixes{".cpp", ".hpp", ".c", ".h"};
    return suffixes.contains(path.extension().string());
}

}  // namespace

std::vector<Room> rooms_in(std::string_view markdown) {
    static const std::regex row{R"(^\| `([a-z_/]+)` \|.*\| ([^|]*) \|$)"};
    std::vector<Room> rooms;
    std::istringstream lines{std::string(markdown)};
    std::smatch cells;
    for (std::string line; std::getline(lines, line);) {
        if (!std::regex_match(line, cells, row)) continue;
        const auto seen = in_backticks(cells[2]);
        rooms.push_back({cells[1], {seen.begin(), seen.end()}});
    }
    return rooms;
}

Includes includes_below(const fs::path& project) {
    static const std::regex include{R"re(^\s*#\s*include\s*"([^"]+)")re"};
    Includes includes;
    for (const auto* top : {"profiler", "probes", "exporters"}) {
        for (const auto& entry : fs::recursive_directory_iterator(project / top)) {
            if (!is_source(entry.path())) continue;
            const auto file = fs::relative(entry.path(), project);
            const auto room = file.parent_path().string();
            auto& seen = includes[room];
            std::ifstream lines(entry.path());
            std::smatch match;
            for (std::string line; std::getline(lines, line);) {
                if (!std::regex_search(line, match, include)) continue;
                // A name without a directory is a neighbour's, or generated.
                const auto other = fs::path(match[1].str()).parent_path().string();
                if (!other.empty() && other != room) seen.emplace(other, file.string() + ": " + match[0].str());
            }
        }
    }
    return includes;
}

}  // namespace perfwrap::test
