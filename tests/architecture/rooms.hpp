// The directories of the program, what they include of each other, and what ARCHITECTURE.md allows.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace perfwrap::test {

// A directory of sources: "profiler/session".
struct Room {
    std::string name;
    std::set<std::string> may_see;
};

// The rows of the table "may see", from top to bottom: `directory` | what is in it | `directory`, `directory` or "nothing of
// ours".
std::vector<Room> rooms_in(std::string_view markdown);

// What each directory below profiler, probes and exporters includes from others, and from which file: room, seen room, "file:
// include".
using Includes = std::map<std::string, std::map<std::string, std::string>>;
Includes includes_below(const std::filesystem::path& project);

}  // namespace perfwrap::test
