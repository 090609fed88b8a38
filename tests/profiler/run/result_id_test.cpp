#include "profiler/run/result_id.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace perfwrap;

namespace {

constexpr std::array<std::uint8_t, 10> all_zeros{};
constexpr std::array<std::uint8_t, 10> all_ones{255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

}  // namespace

TEST_CASE("an id is the time and chance in Crockford's base32") {
    CHECK(ulid(0, all_zeros) == "00000000000000000000000000");
    CHECK(ulid(0xffff'ffff'ffff, all_ones) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    // The example of the specification's reference implementation: 1469918176385 is 01ARYZ6S41.
    CHECK(ulid(1'469'918'176'385, all_zeros) == "01ARYZ6S410000000000000000");
    CHECK(ulid(1, {0, 0, 0, 0, 1, 0, 0, 0, 0, 2}) == "00000000010000000100000002");
    CHECK(ulid(0, {0x08, 0x42, 0x10, 0x84, 0x21, 0, 0, 0, 0, 0}) == "00000000001111111100000000");
}

TEST_CASE("later ids sort behind earlier ones, whatever chance adds") {
    CHECK(ulid(1'767'225'600'000, all_ones) < ulid(1'767'225'600'001, all_zeros));
    CHECK(ulid(31, all_ones) < ulid(32, all_zeros));
}

TEST_CASE("no id comes twice") {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) {
        const auto id = new_result_id();
        CHECK(id.size() == 26);
        CHECK(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos);
        CHECK(ids.insert(id).second);
    }
}
