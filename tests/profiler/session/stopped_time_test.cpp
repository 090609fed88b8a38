#include "profiler/session/stopped_time.hpp"

#include <catch2/catch.hpp>

namespace perfwrap {

TEST_CASE("A command that never stops was stopped for no time") {
    const StoppedTime stopped;
    CHECK_FALSE(stopped.stopped());
    CHECK(stopped.total_ns(1000) == 0);
}

TEST_CASE("The time between each stop and the next continuation adds up") {
    StoppedTime stopped;
    stopped.stop(100);
    CHECK(stopped.stopped());
    stopped.go_on(150, 90);
    CHECK_FALSE(stopped.stopped());
    stopped.stop(200);
    stopped.go_on(230, 190);
    CHECK(stopped.total_ns(1000) == 80);
}

TEST_CASE("A second stop, by another signal, does not begin the time anew") {
    StoppedTime stopped;
    stopped.stop(100);
    stopped.stop(180);
    stopped.go_on(200, 90);
    CHECK(stopped.total_ns(1000) == 100);
}

TEST_CASE("A command that ends while it is stopped was stopped until its end") {
    StoppedTime stopped;
    stopped.stop(100);
    CHECK(stopped.total_ns(400) == 300);
    CHECK(stopped.total_ns(50) == 0);
}

TEST_CASE("A stop that the observer slept through began when it went to sleep") {
    StoppedTime stopped;
    stopped.go_on(500, 480);
    CHECK(stopped.total_ns(1000) == 20);
}

}  // namespace perfwrap
