#include "probes/system/counter_batch.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

using namespace perfwrap;

TEST_CASE("a batch is 32 pages, and twice the CPUs where there are more than 16") {
    CHECK(counter_batch_pages(1) == 32);
    CHECK(counter_batch_pages(16) == 32);
    CHECK(counter_batch_pages(17) == 34);
    CHECK(counter_batch_pages(512) == 1024);
}

TEST_CASE("this host has CPUs online, and no more than it could have") {
    CHECK(online_cpus() >= 1);
    CHECK(online_cpus() <= ::sysconf(_SC_NPROCESSORS_CONF));
}
