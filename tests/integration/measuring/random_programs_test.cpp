// What holds for every result holds for random programs, whatever options they are measured with.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "exporters/json/result_reader.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/properties/properties.hpp"

namespace perfwrap::test {
namespace {

struct Seeds {
    unsigned first = 1;
    unsigned last = long_form() ? 500 : 16;
};

// $PERFWRAP_SEEDS is FIRST-LAST, or one seed.
Seeds wanted_seeds() {
    const char* const wish = std::getenv("PERFWRAP_SEEDS");
    if (wish == nullptr || *wish == '\0') return {};
    char* end = nullptr;
    const auto first = static_cast<unsigned>(std::strtoul(wish, &end, 10));
    return {first, *end == '-' ? static_cast<unsigned>(std::strtoul(end + 1, nullptr, 10)) : first};
}

// What outlives the command is read a moment after the window's end, with what it has used until then.
bool can_hold(const std::string& violation, const Words& options) {
    const bool nobody_outlives_the_command = std::ranges::find(options, "wait") != options.end();
    return nobody_outlives_the_command || violation.find(": no more CPU time than the CPUs had: ") == std::string::npos;
}

void check_properties(unsigned seed, Words options) {
    const TemporaryFolder folder;
    const auto command = workload_words({"random-program", std::to_string(seed)});
    const auto again = fmt::format("PERFWRAP_SEEDS={} scripts/check tests/integration/measuring/random_programs_test.cpp\n{}",
                                   seed, fmt::join(perfwrap_words(options, command), " "));
    options.insert(options.end(), {"-o", folder / "result.json"});
    const auto ended = run({.argv = perfwrap_words(options, command)});
    INFO("seed " << seed << "; again:\n" << again);
    INFO(ended.err);
    const auto result = read_result(read_file(folder / "result.json"));
    INFO((result ? "" : result.error()));
    REQUIRE(result);
    for (const auto& violation : violations_of(*result))
        if (can_hold(violation, options)) FAIL_CHECK(violation);
}

void check_random_programs(const std::string& source, const std::vector<Words>& option_sets) {
    const auto [first, last] = wanted_seeds();
    for (auto seed = first; seed <= last; ++seed) {
        auto options = option_sets[seed % option_sets.size()];
        options.insert(options.begin(), {"--source", source});
        check_properties(seed, options);
    }
}

}  // namespace

TEST_CASE("what holds for every result holds for random programs in eBPF mode", "[privileged][long]") {
    if (skipped(no_ebpf()) || skipped(no_memory_cgroup())) return;
    check_random_programs("ebpf", {{},
                                   {"--exact-memory"},
                                   {"--orphans", "wait"},
                                   {"--cgroup", "--orphans", "kill"},
                                   {"--interval", "1ms"},
                                   {"--exact-memory", "--orphans", "wait"},
                                   {"-r", "3"},
                                   {"--max-processes", "2"}});
}

}  // namespace perfwrap::test
