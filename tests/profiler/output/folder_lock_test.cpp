#include "profiler/output/folder_lock.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "tests/profiler/output/folder.hpp"
#include "tests/support/child_process.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using std::chrono::milliseconds;

namespace {

bool is_free(const Folder& folder) {
    return in_child([&] { return FolderLock::take(directory(folder), folder.path(), milliseconds(0)) ? 0 : 1; }) == 0;
}

}  // namespace

TEST_CASE("a folder is locked by one at a time, and nothing is left behind") {
    const Folder folder;
    {
        const auto lock = FolderLock::take(directory(folder), folder.path());
        REQUIRE(lock);
        CHECK_FALSE(is_free(folder));
    }
    CHECK(is_free(folder));
    CHECK(folder.names().empty());
}

TEST_CASE("who waits for a locked folder in vain is told of it") {
    const Folder folder;
    const auto lock = FolderLock::take(directory(folder), folder.path());
    const auto second = FolderLock::take(directory(folder), folder.path(), milliseconds(50));
    REQUIRE_FALSE(second);
    CHECK(says(second.error(), "another process has kept the directory " + folder.path() + " locked"));
}

TEST_CASE("a lock ends with the process that held it") {
    const Folder folder;
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    const pid_t holder = ::fork();
    if (holder == 0) {
        const auto lock = FolderLock::take(directory(folder), folder.path());
        if (!lock || ::write(ready[1], "x", 1) != 1) ::_exit(1);
        while (true) ::pause();
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    CHECK_FALSE(is_free(folder));
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    CHECK(is_free(folder));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("a folder that cannot be locked is gone into without") {
    const Folder folder;
    CHECK(FolderLock::take(UniqueFd{}, "absent"));
    CHECK(FolderLock::take(UniqueFd(::open("/proc", O_PATH)), "/proc"));
}
