// In the sanitized builds, errors in the programs of the test suite are found, wherever they are started.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <string>
#include <string_view>

#include "tests/support/sanitizer_reports.hpp"

namespace perfwrap::test {
namespace {

struct Canary {
    std::string reports;
    int status = 0;  // as returned by wait(2)
};

Canary canary_that(const char* wrong) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(PERFWRAP_CANARY, PERFWRAP_CANARY, wrong, nullptr);
        ::_exit(99);
    }
    Canary canary;
    ::waitpid(child, &canary.status, 0);
    canary.reports = take_sanitizer_reports();
    return canary;
}

bool sanitized_for(std::string_view what) { return std::string_view(PERFWRAP_SANITIZE).find(what) != std::string_view::npos; }

TEST_CASE("a program that does nothing wrong has no report") {
    const auto canary = canary_that("sings");
    CHECK(canary.reports.empty());
    CHECK(canary.status == 0);
}

TEST_CASE("a program with an error has a report, or ends in a way that no test expects") {
    using Catch::Contains;
    if (sanitized_for("address")) {
        CHECK_THAT(canary_that("uses after free").reports, Contains("heap-use-after-free"));
        CHECK_THAT(canary_that("leaks").reports, Contains("LeakSanitizer: detected memory leaks"));
    }
    if (sanitized_for("undefined")) {
        const int status = canary_that("overflows").status;
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == SIGABRT);
    }
    if (sanitized_for("thread")) CHECK_THAT(canary_that("races").reports, Contains("ThreadSanitizer: data race"));
}

}  // namespace
}  // namespace perfwrap::test
