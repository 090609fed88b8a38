#include "profiler/output/updated_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include "tests/profiler/output/folder.hpp"
#include "tests/support/child_process.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

Update with_line(const std::string& line) {
    return
        [line](std::string_view present) -> tl::expected<std::string, std::string> { return std::string(present) + line + "\n"; };
}

tl::expected<std::string, std::string> refuse(std::string_view) {
    return tl::unexpected<std::string>("its header is of other metrics");
}

pid_t in_background(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    work();
    ::_exit(0);
}

}  // namespace

TEST_CASE("a document gains what is added, from nothing on") {
    const Folder folder;
    const auto path = folder.file("table.csv");
    CHECK(update_output(path, with_line("one")));
    CHECK(content(path) == "one\n");
    ::chmod(path.c_str(), 0604);
    CHECK(update_output(path, with_line("two")));
    CHECK(content(path) == "one\ntwo\n");
    struct stat status {};
    ::stat(path.c_str(), &status);
    CHECK((status.st_mode & 07777) == 0604);
    CHECK(folder.names() == Names{"table.csv"});
}

TEST_CASE("a symbolic link to a document stays, and what it names gains") {
    const Folder folder;
    put(folder.file("real.csv"), "one\n");
    std::filesystem::create_symlink("real.csv", folder.file("link.csv"));
    CHECK(update_output(folder.file("link.csv"), with_line("two")));
    CHECK(std::filesystem::is_symlink(folder.file("link.csv")));
    CHECK(content(folder.file("real.csv")) == "one\ntwo\n");
}

TEST_CASE("a document that is refused stays as it was") {
    const Folder folder;
    const auto path = folder.file("table.csv");
    put(path, "somebody else's");
    const auto inode = [&] {
        struct stat status {};
        ::stat(path.c_str(), &status);
        return status.st_ino;
    };
    const auto before = inode();
    const auto outcome = update_output(path, refuse);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == path + " was not changed: its header is of other metrics");
    CHECK(content(path) == "somebody else's");
    CHECK(inode() == before);
    CHECK(folder.names() == Names{"table.csv"});
    CHECK_FALSE(update_output(folder.file("new.csv"), refuse));
    CHECK(folder.names() == Names{"table.csv"});
}

TEST_CASE("perfwraps that add to one document at the same time lose nothing") {
    const Folder folder;
    const auto path = folder.file("table.csv");
    constexpr int writers = 6;
    constexpr int lines = 20;
    std::vector<pid_t> children;
    children.reserve(writers);
    for (int writer = 0; writer < writers; ++writer)
        children.push_back(in_background([&] {
            for (int line = 0; line < lines; ++line)
                if (!update_output(path, with_line(std::to_string(writer)))) ::_exit(1);
        }));
    for (const auto child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    const auto text = content(path);
    for (int writer = 0; writer < writers; ++writer)
        CHECK(std::count(text.begin(), text.end(), static_cast<char>('0' + writer)) == lines);
    CHECK(folder.names() == Names{"table.csv"});
}

TEST_CASE("a perfwrap killed while it adds leaves whole lines, and the next one need not wait") {
    const Folder folder;
    const auto path = folder.file("table.csv");
    const std::string line(10'000, 'x');
    for (int i = 0; i < 5; ++i) {
        const auto child = in_background([&] {
            while (update_output(path, with_line(line))) {
            }
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(30 + 7 * i));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const auto started = std::chrono::steady_clock::now();
        CHECK(update_output(path, with_line(line)));
        CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(10));
        CHECK(content(path).size() % (line.size() + 1) == 0);
    }
}

TEST_CASE("what nothing can be read from gets the document as it begins") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    CHECK(update_output("/dev/fd/" + std::to_string(ends[1]), with_line("one")));
    std::string text(4, ' ');
    CHECK(::read(ends[0], text.data(), text.size()) == 4);
    CHECK(text == "one\n");
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK_FALSE(update_output("/dev/full", with_line("one")));
}

TEST_CASE("a document that cannot be read or written is refused before the start") {
    const Folder folder;
    const auto path = folder.file("table.csv");
    CHECK(check_updatable(path));
    CHECK(folder.names().empty());
    CHECK_FALSE(check_updatable(folder.path()));
    CHECK_FALSE(check_updatable(folder.file("no/such/table.csv")));
    put(path, "one\n");
    CHECK(check_updatable(path));
    ::chmod(path.c_str(), 0222);
    ::chmod(folder.path().c_str(), 0777);
    const bool root = ::geteuid() == 0;
    constexpr uid_t nobody = 65534;
    if (root && ::seteuid(nobody) != 0) {
        std::cerr << "SKIPPED: root cannot become an ordinary user here\n";
        return;
    }
    const auto unreadable = check_updatable(path);
    const auto unread = update_output(path, with_line("two"));
    if (root) REQUIRE(::seteuid(0) == 0);
    REQUIRE_FALSE(unreadable);
    CHECK(says(unreadable.error(), "cannot read " + path + ": Permission denied"));
    CHECK_FALSE(unread);
    CHECK(content(path) == "one\n");
}
