#include "probes/recording/recorded_command.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

namespace {

using Words = std::vector<std::string>;
constexpr std::size_t word_bytes = sizeof(std::string);

Words shortened(Words command, std::size_t bytes) {
    shorten(command, bytes);
    return command;
}

}  // namespace

TEST_CASE("A command line that fits is unchanged") {
    const Words command{"cc", "-c", "a.c"};
    CHECK(memory_bytes(command) == 3 * word_bytes + 7);
    CHECK(shortened(command, memory_bytes(command)) == command);
}

TEST_CASE("A command line that does not fit keeps its beginning and is marked as cut") {
    CHECK(shortened({"cc", "-c", "a.c", "b.c"}, 3 * word_bytes + 7) == Words{"cc", "-c..."});
    CHECK(shortened({"cc", std::string(60, 'n')}, 3 * word_bytes + 2 + 3 + 12) == Words{"cc", std::string(12, 'n') + "..."});
    CHECK(shortened({"a-long-name"}, 0) == Words{"..."});
}

TEST_CASE("A command line that was cut does not exceed the limit") {
    for (std::size_t bytes = 64; bytes < 5'000; bytes += 7) CHECK(memory_bytes(shortened(Words(2'000, "a"), bytes)) <= bytes);
}
