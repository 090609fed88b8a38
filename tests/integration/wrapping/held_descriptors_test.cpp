// Whoever waits for the command to close a stream sees it closed at once, not when perfwrap ends.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "probes/system/unique_fd.hpp"
#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reader = UniqueFd(ends[0]);
        writer = UniqueFd(ends[1]);
    }

    UniqueFd reader;
    UniqueFd writer;
};

// Whether the other end of the pipe is closed within a minute.
bool is_closed(const UniqueFd& end) {
    pollfd other_end{end.get(), 0, 0};
    constexpr int patience_ms = 60'000;
    return ::poll(&other_end, 1, patience_ms) == 1 && (other_end.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

TEST_CASE("a stream that the command closes is closed for its reader while the command goes on") {
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Pipe output;
        Pipe other;
        Pipe input;
        const auto script = fmt::format("exec <&- >&- 7>&-; {}; exit 3", until(fmt::format("[ -e '{}' ]", folder / "seen")));
        Child child({.argv = perfwrap_words({"--source", source}, {"sh", "-c", script}), .before_exec = [&] {
                         ::dup2(input.reader.get(), STDIN_FILENO);
                         ::dup2(output.writer.get(), STDOUT_FILENO);
                         ::dup2(other.writer.get(), 7);
                     }});
        for (auto* const ours : {&output.writer, &other.writer, &input.reader}) ours->reset();
        CHECK(is_closed(output.reader));
        CHECK(is_closed(other.reader));
        CHECK(is_closed(input.writer));
        write_file(folder / "seen", "");
        CHECK(child.wait().code() == 3);
    }
}

TEST_CASE("a descriptor that an output names is kept for it, and every run of a series has those that it was given") {
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto series = run({.argv = perfwrap_words({"--source", source, "-r", "3", "-o", "json:/dev/fd/7"},
                                                        {"sh", "-c", "echo out; echo seven >&7"}),
                                 .before_exec = [] { ::dup2(STDERR_FILENO, 7); }});
        CHECK(series.code() == 0);
        CHECK(series.out == "out\nout\nout\n");
        CHECK_THAT(series.err, Catch::StartsWith("seven\nseven\nseven\n{"));
        const auto to_output = run({.argv = perfwrap_words({"--source", source, "-o", "-"}, {"sh", "-c", "exec >&-; exit 4"})});
        CHECK(to_output.code() == 4);
        CHECK(nlohmann::json::parse(to_output.out).at("complete") == true);
    }
}

}  // namespace perfwrap::test
