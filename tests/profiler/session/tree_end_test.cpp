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

TEST_CASE("SIGKILL is repeated, ever more seldom, until what does not end of it is given up") {
    TreeEnd end;
    end.begin_at(0);
    std::uint64_t now_ns = 0;
    REQUIRE(end.due(now_ns) == Step::terminate);
    const auto first_kill_ns = end.next_ns();
    std::uint64_t last_pause_ns = 0;
    int kills = 0;
    for (now_ns = first_kill_ns; end.due(now_ns) == Step::kill; now_ns = end.next_ns()) {
        ++kills;
        REQUIRE_FALSE(end.gave_up());
        const auto pause_ns = end.next_ns() - now_ns;
        REQUIRE(pause_ns >= last_pause_ns);
        last_pause_ns = pause_ns;
    }
    CHECK(kills > 500);
    CHECK(end.gave_up());
    CHECK(now_ns >= first_kill_ns + TreeEnd::patience_ns);
    CHECK(now_ns - last_pause_ns < first_kill_ns + TreeEnd::patience_ns);
    CHECK(last_pause_ns < 100'000'000);
    CHECK(end.due(now_ns + 1) == Step::give_up);
}

TEST_CASE("Whoever cannot wait brings on the next step, one at a time") {
    TreeEnd end;
    end.begin_at(1000);
    REQUIRE(end.due(1000) == Step::terminate);
    end.hurry(2000);
    CHECK(end.next_ns() == 2000);
    CHECK(end.due(2000) == Step::kill);
    CHECK(end.due(3000) == Step::kill);
    CHECK_FALSE(end.gave_up());
    end.hurry(4000);
    CHECK(end.next_ns() <= 4000);
    CHECK(end.due(4000) == Step::give_up);
    CHECK(end.gave_up());
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
