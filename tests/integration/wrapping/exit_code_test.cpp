#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <utility>
#include <vector>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

TEST_CASE("every exit code of the command passes through") {
    for (int code = 0; code <= 255; code += sanitized ? 15 : 1) {  // many times slower
        CAPTURE(code);
        CHECK(run({.argv = perfwrap_words({"--source", "procfs"}, workload_words({"exit", std::to_string(code)}))}).code() ==
              code);
    }
}

TEST_CASE("a command that dies of signal N gives 128+N, and the result names the signal") {
    const std::vector<std::pair<int, std::string>> signals{{SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},
                                                           {SIGABRT, "SIGABRT"}, {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},
                                                           {SIGSEGV, "SIGSEGV"}, {SIGTERM, "SIGTERM"}};
    for (const auto& [signal, name] : signals) {
        CAPTURE(name);
        const auto measured = measure({}, workload_words({"die", std::to_string(signal)}));
        CHECK(measured.ended.code() == 128 + signal);
        CHECK(measured.run().at("exit").at("signal") == name);
        CHECK(measured.run().at("exit").at("code").is_null());
    }
}

TEST_CASE("a command that cannot be found gives 127") {
    CHECK(run({.argv = perfwrap_words({}, {"/no/such/folder/command"})}).code() == 127);
    CHECK(run({.argv = perfwrap_words({}, {""})}).code() == 127);
    const auto ended = run({.argv = perfwrap_words({}, {"perfwrap-no-such-command"})});
    CHECK(ended.code() == 127);
    CHECK(ended.err.find("perfwrap-no-such-command") != std::string::npos);
    CHECK_THAT(run({.argv = perfwrap_words({}, {"true --help"})}).err, Catch::Contains("leave out the quotes"));
}

TEST_CASE("a command that is found but cannot be executed gives 126") {
    const TemporaryFolder folder;
    write_file(folder / "data", "not a program");
    CHECK(run({.argv = perfwrap_words({}, {folder / "data"})}).code() == 126);
    const auto ended = run({.argv = perfwrap_words({}, {folder.path()})});
    CHECK(ended.code() == 126);
    CHECK_THAT(ended.err, Catch::Contains("it is a directory"));
}

TEST_CASE("with too few descriptors the command is not started, and the limit is named") {
    if (skipped(sanitizer_that("needs descriptors of its own"))) return;
    for (const auto& source : sources) {
        for (const rlim_t most : {8, 9, 10, 11, 12, 13, 14, 16, 30, 31, 32, 33, 34, 36}) {
            CAPTURE(source, most);
            const TemporaryFolder folder;
            const auto ended =
                run({.argv = perfwrap_words({"--source", source}, {"touch", folder / "started"}), .before_exec = [&] {
                         const rlimit limit{most, most};
                         ::setrlimit(RLIMIT_NOFILE, &limit);
                     }});
            const bool started = std::filesystem::exists(folder / "started");
            CHECK(ended.code() == (started ? 0 : 125));
            if (!started) CHECK_THAT(ended.err, Catch::StartsWith("perfwrap: "));
            CHECK_THAT(ended.err, !Catch::Contains("libbpf"));
        }
    }
}

TEST_CASE("if eBPF would leave too few descriptors, procfs mode is used") {
    if (skipped(sanitizer_that("needs descriptors of its own"))) return;
    for (rlim_t most = 26; most <= 44; ++most) {
        CAPTURE(most);
        const auto ended = run({.argv = {perfwrap_path(), "sh", "-c", "exit 5"}, .before_exec = [&] {
                                    const rlimit limit{most, most};
                                    ::setrlimit(RLIMIT_NOFILE, &limit);
                                }});
        INFO(ended.err);
        CHECK(ended.code() == 5);
        CHECK_THAT(ended.err, !Catch::Contains("seccomp"));  // which would not help here
    }
}

TEST_CASE("the command is searched in PATH as by execvp, which skips files that cannot be executed") {
    const TemporaryFolder folder;
    for (const auto* name : {"first", "second"}) REQUIRE(::mkdir((folder / name).c_str(), 0755) == 0);
    write_file(folder / "first/perfwrap-test-command", "exit 1\n");
    write_file(folder / "second/perfwrap-test-command", "#!/bin/sh\nexit 5\n");
    make_executable(folder / "second/perfwrap-test-command");
    const auto path = folder / "first" + ":" + folder / "second";
    CHECK(run({.argv = perfwrap_words({}, {"perfwrap-test-command"}), .before_exec = [&] { ::setenv("PATH", path.c_str(), 1); }})
              .code() == 5);
}

TEST_CASE("a script without an interpreter line is run by the shell, as by execvp") {
    const TemporaryFolder folder;
    write_file(folder / "script", "echo \"hello $1\"; exit 3\n");
    make_executable(folder / "script");
    const auto ended = run({.argv = perfwrap_words({}, {"./script", "world"}), .folder = folder.path()});
    CHECK(ended.code() == 3);
    CHECK(ended.out == "hello world\n");
}

TEST_CASE("if the first line of a script keeps it from running, the message says why") {
    const TemporaryFolder folder;
    const std::vector<std::pair<std::string, std::string>> scripts{{"#!/no/such/shell -e\necho\n", "'/no/such/shell -e'"},
                                                                   {"#!/bin/sh\r\necho\r\n", "carriage return"}};
    for (const auto& [text, why] : scripts) {
        write_file(folder / "script", text);
        make_executable(folder / "script");
        const auto ended = run({.argv = perfwrap_words({}, {folder / "script"})});
        CHECK(ended.code() == 127);
        CHECK_THAT(ended.err, Catch::Contains(why));
    }
}

TEST_CASE("where the working folder has been deleted, that is the reason why a program in it is not found") {
    const TemporaryFolder folder;
    for (const auto& [command, options] : {std::pair<std::string, Words>{"./program", {}}, {"true", {"-o", "result.json"}}}) {
        CAPTURE(command);
        const auto ended = run({.argv = perfwrap_words(options, {command}), .before_exec = [&] {
                                    const auto deleted = folder / "deleted";
                                    static_cast<void>(::mkdir(deleted.c_str(), 0755) + ::chdir(deleted.c_str()));
                                    ::rmdir(deleted.c_str());
                                }});
        CHECK(ended.code() == (options.empty() ? 127 : 125));
        CHECK_THAT(ended.err, Catch::Contains("the working folder has been deleted"));
    }
}

TEST_CASE("errors of perfwrap itself give 125 before the command starts") {
    const TemporaryFolder folder;
    const std::vector<std::pair<Words, std::string>> faults{
        {{"--no-such-option"}, "--no-such-option"},
        {{"--source", "nonsense"}, "nonsense"},
        {{"--interval", "soon"}, "soon"},
        {{"-o", folder / "missing/result.json"}, folder / "missing"},
        {{"-o", "nonsense:" + folder / "result"}, "nonsense"},
    };
    for (const auto& [options, named] : faults) {
        CAPTURE(options);
        const auto ended = run({.argv = perfwrap_words(options, {"touch", folder / "started"})});
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains(named));
        CHECK(folder.names().empty());
    }
    CHECK(run({.argv = {perfwrap_path(), "-q"}}).code() == 125);
}

TEST_CASE("the command's own failure takes precedence over a failed output") {
    CHECK(run({.argv = perfwrap_words({"-o", "json:/dev/full"}, workload_words({"exit", "3"}))}).code() == 3);
}

}  // namespace perfwrap::test
