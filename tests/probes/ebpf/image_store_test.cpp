#include "probes/ebpf/image_store.hpp"

#include <catch2/catch.hpp>

namespace perfwrap {

using namespace std::string_view_literals;

TEST_CASE("argv is split at NUL, empty arguments and strange bytes kept") {
    CHECK(split_argv("python\0bench.py\0"sv, false) == Argv{"python", "bench.py"});
    CHECK(split_argv("a\0\0\xff\n\0"sv, false) == Argv{"a", "", "\xff\n"});
    CHECK(split_argv(""sv, false).empty());
}

TEST_CASE("an argument that was cut off is marked") { CHECK(split_argv("cat\0very lo"sv, true) == Argv{"cat", "very lo..."}); }

TEST_CASE("the least recently used command line goes first when there are too many") {
    ImageStore images(3500);
    for (std::uint64_t image = 1; image <= 3; ++image) images.add(image, {std::string(1000, 'x')});
    REQUIRE(images.find(1));  // a long-lived program whose children still come
    for (std::uint64_t image = 4; image <= 5; ++image) images.add(image, {std::string(1000, 'y')});
    CHECK(images.find(1));
    CHECK_FALSE(images.find(2));
    REQUIRE(images.find(5));
    CHECK(images.find(5)->front() == std::string(1000, 'y'));
}

}  // namespace perfwrap
