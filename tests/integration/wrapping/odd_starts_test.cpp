// Odd streams, arguments, names and rights reach the command unchanged, and it is measured.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/memory_bounds.hpp"
#include "tests/integration/support/ordinary_user.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

TEST_CASE("whichever standard streams are closed, they are closed for the command too, and it is measured") {
    for (const std::string source : {"auto", "procfs"})
        for (int closed = 1; closed < 8; ++closed) {
            CAPTURE(source, closed);
            const TemporaryFolder folder;
            const auto close_some = [&] {
                for (const int descriptor : {0, 1, 2})
                    if (closed & 1 << descriptor) ::close(descriptor);
            };
            // What test(1) reports for each, since it opens no files.
            const Words command{"sh", "-c",
                                "sum=0; for n in 0 1 2; do [ -e /proc/$$/fd/$n ] || sum=$((sum + (1 << n))); done; exit $sum"};
            CHECK(run({.argv = command, .before_exec = close_some}).code() == closed);
            const auto ended = run(
                {.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, command), .before_exec = close_some});
            CHECK(ended.code() == closed);
            CHECK(ended.out.empty());
            CHECK(ended.err.empty());
            CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0).at("exit").at("code") == closed);
        }
}

TEST_CASE("without standard error the summary is not printed, and does not end up in the result") {
    const TemporaryFolder folder;
    const auto ended = run({.argv = {perfwrap_path(), "-o", folder / "result.json", "--", "true"}, .before_exec = [] {
                                for (const int descriptor : {0, 1, 2}) ::close(descriptor);
                            }});
    CHECK(ended.code() == 0);
    CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("schema") == "perfwrap-result/1");
}

TEST_CASE("arguments and an environment as large as the kernel allows reach the command") {
    // MAX_ARG_STRLEN, its NUL included. The sum is a quarter of the stack limit, 2 MiB; perfwrap's own arguments need some room.
    const std::string largest(128 * 1024 - 1, 'x');
    const auto arrange = [&] {
        constexpr rlimit stack{8 << 20, 8 << 20};
        ::setrlimit(RLIMIT_STACK, &stack);
        for (int i = 0; i < 7; ++i) ::setenv(fmt::format("LARGE{}", i).c_str(), largest.substr(7).c_str(), 1);
    };
    Words command{"sh", "-c", "cat /proc/$$/cmdline /proc/$$/environ | sha1sum; exit 9", "sh"};
    command.insert(command.end(), 8, largest);
    const auto bare = run({.argv = command, .before_exec = arrange});
    REQUIRE(bare.code() == 9);
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto wrapped =
            run({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, command), .before_exec = arrange});
        CHECK(wrapped.code() == 9);
        CHECK(wrapped.out == bare.out);
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        CHECK(result.at("benchmark").at("command").size() == command.size());
        CHECK((result.at("benchmark").at("command").back() == largest));
        check_own_memory(wrapped);
    }
}

TEST_CASE("a command that changes its name remains the same command") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source}, {"rename"});
        REQUIRE(measured.ended.code() == 0);
        if (measured.result.at("measurement").at("mode") == "ebpf") check_counts(measured);
        CHECK(measured.result.at("benchmark").at("command").at(0) == workload_path());
        // A sample sees the name that a process has by then.
        if (measured.result.at("measurement").at("mode") == "ebpf")
            CHECK(measured.run().at("processes").at("recorded").at(0).at("command").at(0) == workload_path());
    }
}

TEST_CASE("a set-uid program keeps its rights and is measured", "[privileged]") {
    if (skipped(not_root())) return;
    const TemporaryFolder folder;
    const auto program = folder / "id";
    std::filesystem::copy_file("/usr/bin/id", program);
    REQUIRE(::chown(program.c_str(), nobody, static_cast<gid_t>(-1)) == 0);
    REQUIRE(::chmod(program.c_str(), 04755) == 0);
    if (skipped(run({.argv = {program, "-u"}}).out == "65534\n" ? std::nullopt
                                                                : std::optional<std::string>("set-uid bits do not count here")))
        return;
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto measured = measure({"--source", source}, {"sh", "-c", program + " -u; true"});
        CHECK(measured.ended.code() == 0);
        CHECK(measured.ended.out == "65534\n");
        if (source == "ebpf") CHECK(measured.metric("processes_started") == 2);
    }
}

}  // namespace perfwrap::test
