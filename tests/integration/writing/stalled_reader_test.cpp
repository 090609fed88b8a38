// A reader that has stopped reading holds perfwrap up only until it is asked to end.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

// A pipe from which nobody reads.
class Stalled {
public:
    Stalled() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
    ~Stalled() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Stalled(const Stalled&) = delete;
    Stalled& operator=(const Stalled&) = delete;

    void take_over(int descriptor) const { ::dup2(ends_[1], descriptor); }
    void fill() const {
        const std::string bytes(::fcntl(ends_[1], F_GETPIPE_SZ), 'x');
        REQUIRE(::write(ends_[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    }
    int bytes() const {
        int unread = 0;
        ::ioctl(ends_[0], FIONREAD, &unread);
        return unread;
    }

private:
    std::array<int, 2> ends_{};
};

const std::string more_than_a_pipe_takes = "much=" + std::string(100'000, 'x');

}  // namespace

TEST_CASE("a signal ends perfwrap whose standard output is not read, and the other outputs are there") {
    for (const int signal : {SIGINT, SIGTERM}) {
        CAPTURE(signal);
        const TemporaryFolder folder;
        const Stalled pipe;
        Child child({.argv = perfwrap_words(
                         {"--source", "procfs", "-l", more_than_a_pipe_takes, "-o", "-", "-o", folder / "result.json"}, {"true"}),
                     .before_exec = [&] { pipe.take_over(STDOUT_FILENO); }});
        await("perfwrap's writing", [&] { return pipe.bytes() > 0; });
        REQUIRE(::kill(child.pid(), signal) == 0);
        await("perfwrap's end", [&] { return state_of(child.pid()) == 'Z'; });
        const auto ended = child.wait();
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err,
                   Catch::Contains("cannot write standard output") && Catch::Contains("its reader has stopped reading"));
        CHECK(nlohmann::json::accept(read_file(folder / "result.json")));
    }
}

TEST_CASE("a signal ends perfwrap whose summary is not read") {
    const TemporaryFolder folder;
    const Stalled pipe;
    pipe.fill();
    Child child({.argv = {perfwrap_path(), "--source", "procfs", "-o", folder / "result.json", "--", "true"},
                 .before_exec = [&] { pipe.take_over(STDERR_FILENO); }});
    await("the result", [&] { return folder.names().contains("result.json"); });
    REQUIRE(::kill(child.pid(), SIGTERM) == 0);
    await("perfwrap's end", [&] { return state_of(child.pid()) == 'Z'; });
    CHECK(child.wait().code() == 0);
}

}  // namespace perfwrap::test
