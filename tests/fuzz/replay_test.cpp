// Replays the seeds, and inputs that once failed, in the ordinary build.
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

struct Target {
    std::string_view name;  // of its directory below corpus/
    void (*run)(std::string_view input);
};

constexpr std::array targets{
    Target{"command_line", command_line},
    Target{"doctor", doctor},
    Target{"json", json},
    Target{"kernel_text", kernel_text},
    Target{"memory_hierarchy", memory_hierarchy},
    Target{"option_values", option_values},
    Target{"proc_files", proc_files},
    Target{"proc_text", proc_text},
    Target{"prometheus", prometheus},
    Target{"result", result},
    Target{"summary", summary},
    Target{"text", text},
    Target{"wire_records", wire_records},
};

const std::filesystem::path corpora = PERFWRAP_FUZZ_CORPUS;

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("the fuzzers' seeds pass their checks") {
    for (const auto& target : targets) {
        std::size_t inputs = 0;
        for (const auto& entry : std::filesystem::directory_iterator(corpora / target.name)) {
            INFO("the input is " << entry.path());
            CHECK_NOTHROW(target.run(bytes_of(entry.path())));
            ++inputs;
        }
        INFO("the target is " << target.name);
        CHECK(inputs > 0);
    }
}

TEST_CASE("every target accepts an empty input") {
    for (const auto& target : targets) CHECK_NOTHROW(target.run(""));
}

TEST_CASE("every corpus belongs to a target") {
    std::set<std::string> known;
    for (const auto& target : targets) known.emplace(target.name);
    for (const auto& entry : std::filesystem::directory_iterator(corpora)) CHECK(known.contains(entry.path().filename()));
}

}  // namespace
}  // namespace perfwrap::fuzz
