#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

TEST_CASE("standard input and output pass through byte for byte") {
    std::string bytes(3'000'000, '\0');
    std::minstd_rand random(1);
    for (auto& byte : bytes) byte = static_cast<char>(random());
    const auto ended = run({.argv = perfwrap_words({}, {"cat"}), .input = bytes});
    CHECK(ended.code() == 0);
    CHECK((ended.out == bytes));
    CHECK(ended.err.empty());
}

TEST_CASE("the summary goes to standard error and leaves standard output to the command") {
    const auto ended = run({.argv = {perfwrap_path(), "--", "sh", "-c", "printf out; printf err >&2"}});
    CHECK(ended.out == "out");
    CHECK(ended.err.substr(0, 3) == "err");
    CHECK_THAT(ended.err, Catch::Contains("wall") || Catch::Contains("Wall"));
}

TEST_CASE("in a locale that is not UTF-8 the summary is ASCII") {
    const auto summary_in = [](const char* locale) {
        return run({.argv = {perfwrap_path(), "--", "true", std::string(200, 'x')},
                    .before_exec = [&] { ::setenv("LC_ALL", locale, 1); }})
            .err;
    };
    const auto is_ascii = [](const std::string& text) { return std::ranges::all_of(text, [](char c) { return c >= 0; }); };
    for (const auto* locale : {"C", "POSIX", "de_DE", "de_DE.ISO-8859-1", "ja_JP.eucJP", "de_DE@euro"})
        CHECK(is_ascii(summary_in(locale)));
    for (const auto* locale : {"C.UTF-8", "de_DE.utf8"}) CHECK_FALSE(is_ascii(summary_in(locale)));
}

TEST_CASE("with -q only the command writes to standard error") {
    const auto ended = run({.argv = perfwrap_words({}, {"sh", "-c", "printf 'only this' >&2"})});
    CHECK(ended.out.empty());
    CHECK(ended.err == "only this");
}

TEST_CASE("the end of standard input reaches the command, and what it does not read remains for the next reader") {
    const auto ended =
        run({.argv = {"sh", "-c", fmt::format("'{}' -q -- head -c 5 >&2; cat", perfwrap_path())}, .input = "12345"});
    CHECK(ended.err == "12345");
    CHECK(ended.out.empty());
    const auto after = run({.argv = {"sh", "-c", fmt::format("'{}' -q -- true; cat", perfwrap_path())}, .input = "for the next"});
    CHECK(after.out == "for the next");
}

TEST_CASE("a command without standard streams runs and is measured") {
    const TemporaryFolder folder;
    const auto ended =
        run({.argv = perfwrap_words({"-o", folder / "result.json"}, workload_words({"exit", "4"})), .before_exec = [] {
                 for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(descriptor);
             }});
    CHECK(ended.code() == 4);
    CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0).at("exit").at("code") == 4);
}

TEST_CASE("a closed standard output breaks the command's pipe, not perfwrap") {
    const auto ended =
        run({.argv = {"bash", "-c", fmt::format("'{}' -q -- yes | head -1; echo ${{PIPESTATUS[0]}}", perfwrap_path())}});
    CHECK(ended.out == "y\n141\n");
}

}  // namespace perfwrap::test
