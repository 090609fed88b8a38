// Where processes are limited, perfwrap needs one more than the command, and says so if there is not even one.
#include <fmt/format.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/ordinary_user.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

void enter(const Cgroup& cgroup) { std::ofstream(cgroup.path() + "/cgroup.procs") << "0" << std::flush; }

}  // namespace

TEST_CASE("in a cgroup of two processes the second one is the command's", "[privileged]") {
    const auto cgroup = PidsCgroup::make(2);
    if (skipped(cgroup ? std::nullopt : std::optional(cgroup.error()))) return;
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto ended =
            run({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, {"sh", "-c", "exit 6"}),
                 .before_exec = [&] { enter(*cgroup); }});
        CAPTURE(ended.err);
        CHECK(ended.code() == 6);
        CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("complete") == true);
    }
}

TEST_CASE("a cgroup without room for the command is named with its file", "[privileged]") {
    const auto cgroup = PidsCgroup::make(1);
    if (skipped(cgroup ? std::nullopt : std::optional(cgroup.error()))) return;
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto ended = run({.argv = perfwrap_words({"--source", source}, {"true"}), .before_exec = [&] { enter(*cgroup); }});
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains("cannot run 'true': ") && Catch::Contains("limit of 1 ") &&
                                  Catch::Contains(cgroup->path() + "/pids.max"));
    }
}

TEST_CASE("a user without room for the command is told the limit") {
    if (skipped(not_root())) return;  // the limit counts all processes of the user, and root's is not enforced
    const Programs programs;
    auto launch = programs.launch({"--source", "procfs"}, {"true"});
    launch.before_exec = [] {
        become_nobody();
        constexpr rlimit none{0, 0};
        ::setrlimit(RLIMIT_NPROC, &none);
    };
    const auto ended = run(launch);
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains("user 65534 may have at most 0 processes") && Catch::Contains("ulimit -u"));
}

}  // namespace perfwrap::test
