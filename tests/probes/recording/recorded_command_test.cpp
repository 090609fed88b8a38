#include "probes/recording/recorded_command.hpp"

#include <algorithm>
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

TEST_CASE("A command line that does not fit keeps its beginning and its end, and is marked as cut in the middle") {
    Words compiler(200, "-I/long/path");
    compiler.front() = "cc1plus";
    compiler.back() = "main.cpp";
    const auto short_compiler = shortened(compiler, 512);
    CHECK(memory_bytes(short_compiler) <= 512);
    CHECK(short_compiler.size() > 6);
    CHECK(short_compiler.front() == "cc1plus");
    CHECK(short_compiler.back() == "main.cpp");
    CHECK(std::ranges::count(short_compiler, "...") == 1);
}

TEST_CASE("A word that alone does not fit is cut in the middle itself") {
    const std::string code = std::string(300, 'a') + std::string(300, 'z');
    CHECK(shortened({"sh", "-c", code}, 3 * word_bytes + 2 + 2 + 3 + 20) ==
          Words{"sh", "..." + std::string(word_bytes + 22, 'z')});
    CHECK(shortened({code}, word_bytes + 3 + 20) == Words{std::string(10, 'a') + "..." + std::string(10, 'z')});
    CHECK(shortened({code, "x.c"}, 2 * word_bytes + 3 + 3 + 20) == Words{std::string(10, 'a') + "...", "x.c"});
    CHECK(shortened({"a-long-name"}, 0) == Words{"..."});
}

TEST_CASE("A command line that was cut does not exceed the limit") {
    for (std::size_t bytes = 64; bytes < 5'000; bytes += 7) CHECK(memory_bytes(shortened(Words(2'000, "a"), bytes)) <= bytes);
}
