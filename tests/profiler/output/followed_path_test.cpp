// Directories to which others may write, too.
#include "profiler/output/followed_path.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "profiler/output/writer.hpp"
#include "tests/profiler/output/folder.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
namespace fs = std::filesystem;

namespace {

constexpr uid_t nobody = 65534;
constexpr uid_t somebody = 65533;

bool skipped_without_root() {
    if (::geteuid() == 0) return false;
    std::cerr << "SKIPPED: only root can have files of several users\n";
    return true;
}

// A directory as /tmp, one where only root may go, and what is in them.
struct Two {
    Folder folder;
    std::string shared = folder.file("shared");
    std::string own = folder.file("own");

    Two() {
        fs::create_directory(shared);
        fs::create_directory(own);
        ::chmod(folder.path().c_str(), 0755);
        ::chmod(shared.c_str(), 01777);
        ::chmod(own.c_str(), 0700);
    }
    // A link in the shared directory that belongs to a user.
    std::string link(const std::string& name, const std::string& to, uid_t user) const {
        auto path = shared + "/" + name;
        ::unlink(path.c_str());
        fs::create_symlink(to, path);
        CHECK(::lchown(path.c_str(), user, user) == 0);
        return path;
    }
};

// Lets one name stand for a link and a file in turn, for ever.
[[noreturn]] void swap_for_ever(const std::string& name, const std::string& target) {
    if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(1);
    const auto next = name + ".next";
    while (true) {
        if (::symlink(target.c_str(), next.c_str()) == 0) ::rename(next.c_str(), name.c_str());
        const UniqueFd file(::open(next.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
        if (file && ::fchmod(file.get(), 0666) == 0) ::rename(next.c_str(), name.c_str());
    }
}

}  // namespace

TEST_CASE("a link of another user in a sticky directory is not followed, wherever it is on the way") {
    if (skipped_without_root()) return;
    const Two two;
    const auto at_the_end = two.link("out.json", two.own + "/out.json", nobody);
    const auto before = two.link("folder", two.own, nobody) + "/out.json";
    const auto own = two.link("own.json", before, 0);
    for (const auto& path : {at_the_end, before, own}) {
        CAPTURE(path);
        for (const auto& outcome : {check_writable(path), write_output(path, "new")}) {
            REQUIRE_FALSE(outcome);
            CHECK(says(outcome.error(), "is another user's symbolic link in a directory that others write to"));
        }
    }
    CHECK(fs::is_empty(two.own));
}

TEST_CASE("a link of one's own, or of a sticky directory's owner, is followed") {
    if (skipped_without_root()) return;
    const Two two;
    CHECK(write_output(two.link("own", two.own + "/own.json", 0), "1"));
    REQUIRE(::chown(two.shared.c_str(), somebody, somebody) == 0);
    CHECK(write_output(two.link("of-its-owner", two.own + "/of-its-owner.json", somebody), "2"));
    ::chmod(two.shared.c_str(), 0777);
    CHECK(write_output(two.link("not-sticky", two.own + "/not-sticky.json", nobody), "3"));
    CHECK(content(two.own + "/own.json") + content(two.own + "/of-its-owner.json") + content(two.own + "/not-sticky.json") ==
          "123");
}

TEST_CASE("whoever swaps a file for a link in a sticky directory gets nothing written elsewhere") {
    if (skipped_without_root()) return;
    const Two two;
    const auto path = two.shared + "/out.json";
    const pid_t swapper = ::fork();
    if (swapper == 0) swap_for_ever(path, two.own + "/out.json");
    int written = 0;
    int refused = 0;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while ((written < 50 || refused < 50) && std::chrono::steady_clock::now() < give_up && fs::is_empty(two.own)) {
        if (::access(path.c_str(), F_OK) != 0 && !fs::is_symlink(path)) continue;  // the other has not begun
        const bool wrote = check_writable(path) && write_output(path, "new");
        ++(wrote ? written : refused);
    }
    ::kill(swapper, SIGKILL);
    ::waitpid(swapper, nullptr, 0);
    CHECK(fs::is_empty(two.own));
    CHECK(written >= 50);
    CHECK(refused >= 50);
}

TEST_CASE("an output is found through /proc as through its name") {
    const Folder folder;
    const UniqueFd open_folder(::open(folder.path().c_str(), O_PATH));
    const auto through = "/proc/self/fd/" + std::to_string(open_folder.get());
    CHECK(write_output(through + "/out.json", "new"));
    CHECK(content(folder.file("out.json")) == "new");
    const auto descriptor = find_path("/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(open_folder.get()));
    REQUIRE(descriptor);
    CHECK(descriptor->descriptor == open_folder.get());
}
