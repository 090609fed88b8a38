#define CATCH_CONFIG_RUNNER
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "tests/support/sanitizer_reports.hpp"

int main(int argc, char** argv) {
    ::close_range(3, ~0U, 0);                  // descriptors that the test runner left open: tests compare what programs inherit
    std::setvbuf(stdout, nullptr, _IONBF, 0);  // otherwise children that a test forks would print buffered text again
    perfwrap::test::collect_sanitizer_reports();
    const int failed = Catch::Session().run(argc, argv);
    const auto reports = perfwrap::test::take_sanitizer_reports();
    if (reports.empty()) return failed;
    std::cerr << "SANITIZER REPORT of a program that the test started:\n" << reports;
    return EXIT_FAILURE;
}
