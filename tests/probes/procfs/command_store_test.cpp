#include "probes/procfs/command_store.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

TEST_CASE("command lines of many live processes are cut once all of them take much memory, and whole again when some have gone") {
    const std::vector<std::string> longest(2'000, "a");
    CommandStore store(10 * memory_bytes(longest), 500);
    std::vector<Command> held;
    for (int i = 0; i < 1'000; ++i) held.push_back(store.keep(longest));
    CHECK(*held.front() == longest);
    CHECK(memory_bytes(*held.back()) <= 500);
    CHECK(store.bytes() <= 10 * memory_bytes(longest) + 1'000 * 500);

    held.clear();
    CHECK(store.bytes() == 0);
    CHECK(*store.keep(longest) == longest);
}
