#include "profiler/output/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>

#include "profiler/output/temporary_file.hpp"
#include "tests/profiler/output/folder.hpp"
#include "tests/support/child_process.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
namespace fs = std::filesystem;

namespace {

mode_t mode(const std::string& path) {
    struct stat found {};
    ::stat(path.c_str(), &found);
    return found.st_mode & 07777;
}

}  // namespace

TEST_CASE("trying an output leaves nothing behind and changes nothing") {
    const Folder folder;
    CHECK(check_writable(folder.file("new.json")));
    CHECK(folder.names().empty());
    put(folder.file("old.json"), "old");
    CHECK(check_writable(folder.file("old.json")));
    CHECK(content(folder.file("old.json")) == "old");
    CHECK(folder.names() == Names{"old.json"});
}

TEST_CASE("a missing folder is named with the remedy") {
    const Folder folder;
    const auto outcome = check_writable(folder.file("no/such/out.json"));
    REQUIRE_FALSE(outcome);
    CHECK(says(outcome.error(), folder.file("no/such/out.json")));
    CHECK(says(outcome.error(), "the directory " + folder.file("no/such") + " does not exist; make it first (mkdir -p)"));
}

TEST_CASE("what cannot be a file is refused before the start") {
    const Folder folder;
    put(folder.file("plain"), "");
    fs::create_symlink("loop", folder.file("loop"));
    CHECK(says(check_writable(folder.path()).error(), "is a directory; name a file in it"));
    CHECK_FALSE(check_writable(folder.file("")));
    CHECK_FALSE(check_writable(""));
    CHECK_FALSE(check_writable(folder.file("plain/out.json")));
    CHECK(says(check_writable(folder.file("loop")).error(), "loop of symbolic links"));
    CHECK_FALSE(check_writable(folder.file(std::string(300, 'x'))));
    CHECK_FALSE(check_writable("/proc/out.json"));
    CHECK_FALSE(check_writable("/dev/fd/987"));
}

TEST_CASE("a file or a folder that may not be written is refused") {
    const bool root = ::geteuid() == 0;
    const Folder folder;
    put(folder.file("fixed.json"), "");
    ::chmod(folder.file("fixed.json").c_str(), 0444);
    ::chmod(folder.path().c_str(), 0555);
    constexpr uid_t nobody = 65534;
    if (root && ::seteuid(nobody) != 0) {
        std::cerr << "SKIPPED: root cannot become an ordinary user here\n";
        return;
    }
    const auto fixed = check_writable(folder.file("fixed.json"));
    const auto closed = check_writable(folder.file("new.json"));
    if (root) REQUIRE(::seteuid(0) == 0);
    ::chmod(folder.path().c_str(), 0755);

    REQUIRE_FALSE(fixed);
    CHECK(says(fixed.error(), "Permission denied; change its permissions or choose another path"));
    REQUIRE_FALSE(closed);
    CHECK(says(closed.error(), "in the directory " + folder.path()));
}

TEST_CASE("a new file has the permissions that the umask gives") {
    const Folder folder;
    const mode_t before = ::umask(027);
    CHECK(write_output(folder.file("out.json"), "hello\n"));
    ::umask(before);
    CHECK(content(folder.file("out.json")) == "hello\n");
    CHECK(mode(folder.file("out.json")) == 0640);
    CHECK(folder.names() == Names{"out.json"});
}

TEST_CASE("a file that is replaced keeps its permissions and those who read it keep the old one") {
    const Folder folder;
    const auto path = folder.file("out.json");
    put(path, "a longer text than the new one");
    ::chmod(path.c_str(), 0604);
    std::ifstream reader(path);
    CHECK(write_output(path, "new"));
    CHECK(content(path) == "new");
    CHECK(mode(path) == 0604);
    CHECK(folder.names() == Names{"out.json"});
    std::string old;
    std::getline(reader, old);
    CHECK(old == "a longer text than the new one");
}

TEST_CASE("a symbolic link stays and its target is written") {
    const Folder folder;
    fs::create_directory(folder.file("real"));
    fs::create_symlink("real/out.json", folder.file("link"));
    fs::create_symlink("link", folder.file("second"));
    REQUIRE(check_writable(folder.file("second")));
    REQUIRE(write_output(folder.file("second"), "once"));
    REQUIRE(write_output(folder.file("second"), "twice"));
    CHECK(fs::is_symlink(folder.file("link")));
    CHECK(fs::is_symlink(folder.file("second")));
    CHECK(content(folder.file("real/out.json")) == "twice");
}

TEST_CASE("a name without a folder is written in the working directory") {
    const Folder folder;
    const auto before = fs::current_path();
    fs::current_path(folder.path());
    CHECK(check_writable("out.json"));
    CHECK(write_output("out.json", "here"));
    fs::current_path(before);
    CHECK(content(folder.file("out.json")) == "here");
}

TEST_CASE("a pipe is tried without waiting for its reader and written in place") {
    const Folder folder;
    const auto path = folder.file("pipe");
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    REQUIRE(check_writable(path));
    std::string received;
    std::thread reader([&] { received = content(path); });
    const std::string big(300'000, 'x');
    CHECK(write_output(path, big, std::chrono::seconds(120)));
    reader.join();
    CHECK(received == big);
    CHECK(fs::is_fifo(path));
}

TEST_CASE("a full device is reported with its path and stays a device") {
    REQUIRE(check_writable("/dev/full"));
    const auto outcome = write_output("/dev/full", "x");
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == "cannot write /dev/full: No space left on device; free some space or choose another path");
    CHECK(fs::is_character_file("/dev/full"));
}

TEST_CASE("standard output is written after what the command printed there") {
    const Folder folder;
    const auto path = folder.file("stdout");
    for (const std::string name : {"-", "/dev/stdout", "/proc/self/fd/1"}) {
        INFO(name);
        CHECK(in_child([&] {
                  const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
                  ::dup2(fd, STDOUT_FILENO);
                  if (::write(STDOUT_FILENO, "command\n", 8) != 8) return 1;
                  return check_writable(name) && write_output(name, "result\n") ? 0 : 2;
              }) == 0);
        CHECK(content(path) == "command\nresult\n");
    }
}

TEST_CASE("a closed standard output is noticed before the start") {
    CHECK(in_child([] {
              ::close(STDOUT_FILENO);
              return says(check_writable("-").error(), "descriptor 1 is closed") ? 0 : 1;
          }) == 0);
}

TEST_CASE("a reader that went away is an error and not the end of perfwrap") {
    CHECK(in_child([] {
              std::array<int, 2> ends{};
              if (::pipe(ends.data()) != 0 || ::signal(SIGPIPE, SIG_DFL) == SIG_ERR) return 1;
              ::close(ends[0]);
              ::dup2(ends[1], STDOUT_FILENO);
              const auto outcome = write_output("-", "x");
              return !outcome && says(outcome.error(), "Broken pipe") ? 0 : 2;
          }) == 0);
}

TEST_CASE("a socket is no output") {
    const Folder folder;
    const auto path = folder.file("socket");
    REQUIRE(::mknod(path.c_str(), S_IFSOCK | 0600, 0) == 0);
    const auto outcome = check_writable(path);
    REQUIRE_FALSE(outcome);
    CHECK(says(outcome.error(), path));
    CHECK(says(outcome.error(), "it is a socket"));
}

TEST_CASE("a named pipe whose reader takes nothing holds perfwrap up for no more than a while") {
    const Folder folder;
    const auto path = folder.file("pipe");
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(reader >= 0);
    const auto outcome = write_output(path, std::string(1 << 20, 'x'), std::chrono::milliseconds(50));
    REQUIRE_FALSE(outcome);
    CHECK(says(outcome.error(), "its reader has stopped reading"));
    ::close(reader);
}

TEST_CASE("a non-blocking pipe that is full is waited for") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_NONBLOCK) == 0);
    const std::string big(1'000'000, 'x');
    std::size_t received = 0;
    std::thread reader([&] {
        std::array<char, 4096> chunk{};
        pollfd readable{ends[0], POLLIN, 0};
        while (received < big.size() && ::poll(&readable, 1, 120'000) > 0)
            if (const auto got = ::read(ends[0], chunk.data(), chunk.size()); got > 0) received += static_cast<std::size_t>(got);
    });
    CHECK(write_output("/dev/fd/" + std::to_string(ends[1]), big));
    reader.join();
    CHECK(received == big.size());
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("a write that fails half way leaves the old file and no other") {
    const Folder folder;
    const auto path = folder.file("out.json");
    put(path, "old");
    for (const bool unnamed : {true, false}) {
        INFO(unnamed);
        CHECK(in_child([&] {
                  const rlimit limit{100'000, 100'000};
                  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0 || (!unnamed && !refuse_unnamed_files())) return 1;
                  const auto outcome = write_output(path, std::string(200'000, 'x'));
                  return !outcome && says(outcome.error(), "cannot write " + path + ": File too large") ? 0 : 2;
              }) == 0);
        CHECK(content(path) == "old");
        CHECK(folder.names() == Names{"out.json"});
    }
}

TEST_CASE("a file system without unnamed files serves as well") {
    const Folder folder;
    CHECK(in_child([&] {
              if (!refuse_unnamed_files()) return 1;
              if (::open(folder.path().c_str(), O_TMPFILE | O_WRONLY, 0600) >= 0 || errno != EOPNOTSUPP) return 2;
              ::umask(022);
              if (!check_writable(folder.file("new.json")) || !folder.names().empty()) return 3;
              return write_output(folder.file("new.json"), "one") && write_output(folder.file("new.json"), "two") ? 0 : 4;
          }) == 0);
    CHECK(content(folder.file("new.json")) == "two");
    CHECK(mode(folder.file("new.json")) == 0644);
    CHECK(folder.names() == Names{"new.json"});
}

TEST_CASE("what a killed perfwrap left is removed by the next one, and nothing else") {
    const Folder folder;
    for (const auto* name :
         {".perfwrap-0123abcd", ".perfwrap-ffffffff", ".perfwrap-0123abcde", ".perfwrap-XXXXXXXX", "perfwrap-0123abcd"})
        put(folder.file(name), "");
    fs::create_directory(folder.file(".perfwrap-00000000"));
    fs::create_symlink("nowhere", folder.file(".perfwrap-11111111"));
    REQUIRE(::mkfifo(folder.file(".perfwrap-22222222").c_str(), 0600) == 0);
    const int in_the_making = ::open(folder.file(".perfwrap-ffffffff").c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(::flock(in_the_making, LOCK_EX) == 0);
    CHECK(check_writable(folder.file("out.json")));
    ::close(in_the_making);
    CHECK(folder.names() == Names{".perfwrap-ffffffff", ".perfwrap-0123abcde", ".perfwrap-XXXXXXXX", "perfwrap-0123abcd",
                                  ".perfwrap-00000000", ".perfwrap-11111111", ".perfwrap-22222222"});
}

TEST_CASE("perfwrap killed while it writes, where a new file needs a name, leaves one that the next perfwrap removes") {
    const Folder folder;
    CHECK(in_child([&] {
              if (!refuse_unnamed_files()) return 1;
              const auto file = TemporaryFile::in(directory(folder), 0600);
              if (!file || folder.names().size() != 1) return 2;
              return ::raise(SIGKILL);
          }) == 128 + SIGKILL);
    REQUIRE(folder.names().size() == 1);
    CHECK(check_writable(folder.file("out.json")));
    CHECK(folder.names().empty());
}

TEST_CASE("two outputs in one place are noticed, however their paths are written") {
    const Folder folder;
    fs::create_symlink("a.json", folder.file("link"));
    fs::create_symlink(folder.path(), folder.file("here"));
    const auto distinct = [](std::vector<std::string> paths) { return check_distinct(paths).has_value(); };
    CHECK(distinct({folder.file("a.json"), folder.file("b.json"), "-", "/dev/stderr", "/dev/null"}));
    CHECK_FALSE(distinct({folder.file("a.json"), "-", folder.file("a.json")}));
    CHECK_FALSE(distinct({folder.file("a.json"), folder.path() + "//./a.json"}));
    CHECK_FALSE(distinct({folder.file("link"), folder.file("here/a.json")}));
    CHECK_FALSE(distinct({"-", "/dev/stdout"}));
    CHECK(says(check_distinct(std::vector{folder.file("link"), folder.file("a.json")}).error(),
               folder.file("link") + " and " + folder.file("a.json") + " are the same file"));
}

TEST_CASE("perfwrap killed while it writes leaves no file but whole ones") {
    const Folder folder;
    const int probe = ::open(folder.path().c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (probe < 0) {
        std::cerr << "SKIPPED: " << fs::temp_directory_path() << " is on a file system without O_TMPFILE\n";
        return;
    }
    ::close(probe);
    const std::string fresh(1'000'000, 'x');
    const auto killed_at = [&](const SystemCalls& calls) {
        return in_child([&] {
            if (!die_at(calls)) return 1;
            write_output(folder.file("out.json"), fresh);
            return 0;
        });
    };
    // It has its bytes, but no name yet.
    for (const SystemCalls& calls : {SystemCalls{SYS_fsync}, SystemCalls{SYS_linkat}}) {
        CHECK(killed_at(calls) == 128 + SIGSYS);
        CHECK(folder.names().empty());
    }
    // Nor has it taken the name of the one before.
    put(folder.file("out.json"), "old");
    for (const SystemCalls& calls : {SystemCalls{SYS_fsync}, SystemCalls{SYS_linkat}, renaming_calls}) {
        CHECK(killed_at(calls) == 128 + SIGSYS);
        CHECK(content(folder.file("out.json")) == "old");
    }
    // What is left over, from between its link and its renaming, is whole, and the next perfwrap takes it away.
    auto left = folder.names();
    CHECK(left.erase("out.json") == 1);
    REQUIRE(left.size() == 1);
    CHECK((content(folder.file(*left.begin())) == fresh));
    REQUIRE(check_writable(folder.file("out.json")));
    CHECK(folder.names() == Names{"out.json"});
}
