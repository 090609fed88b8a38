#include "profiler/session/tree_end.hpp"

#include <catch2/catch.hpp>

namespace perfwrap {

using Step = TreeEnd::Step;

TEST_CASE("Nothing is due before the end begins") {
    TreeEnd end;
    CHECK(end.next_ns() == TreeEnd::never);
    CHECK(end.due(1'000'000'000) == Step::wait);
}

TEST_CASE("SIGTERM comes first and once, SIGKILL after the grace period") {
    TreeEnd end;
    end.begin_at(1000);
    CHECK(end.due(999) == Step::wait);
    CHECK(end.due(1001) == Step::terminate);
    CHECK(end.due(1002) == Step::wait);
    CHECK(end.next_ns() == 1001 + TreeEnd::grace_ns);
    CHECK(end.due(1000 + TreeEnd::grace_ns) == Step::wait);
    CHECK(end.due(1001 + TreeEnd::grace_ns) == Step::kill);
}

TEST_CASE("SIGKILL is repeated for as long as somebody asks, ever more seldom") {
    TreeEnd end;
    end.begin_at(0);
    std::uint64_t now_ns = 0;
    REQUIRE(end.due(now_ns) == Step::terminate);
    std::uint64_t last_pause_ns = 0;
    for (int i = 0; i < 5000; ++i) {
        now_ns = end.next_ns();
        REQUIRE(end.due(now_ns) == Step::kill);
        const auto pause_ns = end.next_ns() - now_ns;
        REQUIRE(pause_ns >= last_pause_ns);
        last_pause_ns = pause_ns;
    }
    CHECK(last_pause_ns == 100'000'000);
}

TEST_CASE("An end that has begun does not begin again, one that has not is brought forward") {
    TreeEnd end;
    end.begin_at(5000);
    end.begin_at(1000);
    end.begin_at(9000);
    CHECK(end.next_ns() == 1000);
    REQUIRE(end.due(1000) == Step::terminate);
    end.begin_at(2000);
    CHECK(end.next_ns() == 1000 + TreeEnd::grace_ns);
}

}  // namespace perfwrap
