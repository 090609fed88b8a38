// Where a container's profile or an old kernel refuses a system call, the command is measured, or it is not started and the call
// is named.
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>
#include <filesystem>

#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

struct Call {
    std::string name;
    unsigned number = 0;
};
#define CALL(name) \
    Call { #name, SYS_##name }

// What follows a command, or once did.
const std::vector<Call> calls_of_a_run{
    CALL(clone),     CALL(close_range), CALL(dup3),       CALL(epoll_create1),  CALL(epoll_ctl), CALL(eventfd2),
    CALL(getrusage), CALL(kill),        CALL(pidfd_open), CALL(pipe2),          CALL(ppoll),     CALL(prctl),
    CALL(prlimit64), CALL(signalfd4),   CALL(socketpair), CALL(timerfd_create), CALL(wait4),     CALL(waitid)};
const std::vector<Call> other_calls{CALL(capget),   CALL(capset),        CALL(clock_getres),    CALL(clock_gettime),
                                    CALL(clone3),   CALL(faccessat2),    CALL(flock),           CALL(getcwd),
                                    CALL(getppid),  CALL(getrandom),     CALL(getpgid),         CALL(membarrier),
                                    CALL(readlink), CALL(rt_sigpending), CALL(rt_sigtimedwait), CALL(sched_getaffinity),
                                    CALL(sendmsg),  CALL(setitimer),     CALL(setpgid),         CALL(statx),
                                    CALL(uname)};
#undef CALL

void refuse(unsigned number, int error) {
    std::array<sock_filter, 4> filter{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                       BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
                                       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
                                       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
    const sock_fprog program{filter.size(), filter.data()};
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

// Returns whether the command was measured.
bool check_without(const Call& call, int error, const std::string& source) {
    CAPTURE(source, call.name, error);
    const TemporaryFolder folder;
    const auto refusing = [&] { refuse(call.number, error); };
    const Words command{"sh", "-c", fmt::format(": > '{}'; exit 5", folder / "started")};
    const auto bare = run({.argv = command, .before_exec = refusing});
    std::filesystem::remove(folder / "started");
    const auto ended =
        run({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, command), .before_exec = refusing});
    CAPTURE(ended.err);
    if (!std::filesystem::exists(folder / "started")) {
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::StartsWith("perfwrap: "));
        CHECK_THAT(ended.err, Catch::Contains(call.name.substr(0, call.name.find_first_of("0123456789_"))));
        CHECK_THAT(ended.err, !Catch::Contains("descriptors"));
        return false;
    }
    CHECK(bare.code() == 5);
    CHECK(ended.code() == 5);
    const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
    CHECK(result.at("complete") == true);
    const auto& metrics = result.at("runs").at(0).at("metrics");
    CHECK(metrics.at("wall_seconds") > 0.0);
    if (source == "procfs") return true;
    CHECK(metrics.at("processes_started") == 1);
    CHECK(metrics.at("rss_peak_bytes") > 100'000);
    return true;
}

}  // namespace

TEST_CASE("a system call that is refused keeps the command from being started, or changes nothing", "[privileged][long]") {
    if (skipped(sanitizer_that("makes system calls of its own"))) return;
    for (const auto& source : usable_sources()) {
        int measured = 0;
        for (std::size_t i = 0; i < calls_of_a_run.size(); ++i)
            for (const int error : {ENOSYS, EPERM})
                if (long_form() || (error == EPERM) == (i % 2 == (source == "ebpf")))
                    measured += check_without(calls_of_a_run[i], error, source) ? 1 : 0;
        CHECK(measured >= 11);
        if (!long_form()) continue;
        for (const auto& call : other_calls)
            for (const int error : {ENOSYS, EPERM}) check_without(call, error, source);
    }
}

TEST_CASE("a system call without which the command could not be watched is named before the start") {
    if (skipped(sanitizer_that("makes system calls of its own"))) return;
    for (const auto& [name, number] : {std::pair{"waitid", SYS_waitid}, {"ppoll", SYS_ppoll}, {"clone", SYS_clone}}) {
        CAPTURE(name);
        const auto ended = run({.argv = perfwrap_words({"--source", "procfs"}, {"true"}),
                                .before_exec = [number = number] { refuse(number, EPERM); }});
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains(fmt::format("{}: Operation not permitted", name)));
    }
}

}  // namespace perfwrap::test
