// Outputs that cannot be written: reported before the command starts if that can be known, and never at the cost of the others.
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/ordinary_user.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

bool is_result(const std::string& path) {
    const auto text = read_file(path);
    return path.ends_with(".prom") ? text.starts_with("# HELP") : nlohmann::json::accept(text);
}

// A file system that only perfwrap and the command can see.
void mount_here(const std::string& folder, unsigned long flags, const char* options) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.c_str(), "tmpfs", flags, options) != 0)
        ::_exit(97);
}

// A pipe whose reader has gone.
void nobody_reads(int descriptor) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) ::_exit(97);
    ::close(ends[0]);
    ::dup2(ends[1], descriptor);
    ::close(ends[1]);
}

}  // namespace

TEST_CASE("an output that cannot be written is reported before the command starts") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "a-folder");
    fs::create_symlink("loop", folder / "loop");
    fs::create_symlink("missing/result.json", folder / "dangling");
    const std::vector<std::pair<Words, std::string>> faults{
        {{"-o", "json:" + folder / "missing/x"}, "does not exist; make it first (mkdir -p)"},
        {{"-o", "json:" + folder / "a-folder"}, "it is a directory; name a file in it"},
        {{"-o", "json:" + folder / "loop"}, "loop of symbolic links"},
        {{"-o", "json:" + folder / "dangling"}, "the directory " + folder / "missing" + " does not exist"},
        {{"-o", folder / std::string(300, 'x') + ".json"}, "choose a shorter name"},
        {{"-o", "csv:" + folder / "x"}, "'csv' is not a known format: write one of json (.json), prometheus (.prom)"},
        {{"-o", "csv:x.json"}, "'csv' is not a known format"},
        {{"-o", folder / "x.json", "-o", "prometheus:" + folder / "a-folder/../x.json"}, "are the same file"},
        {{"-o", folder / "x.json", "-o", "json:" + folder / "x.json.partial"}, "are the same file"},
        {{"-o", "-", "-o", "prometheus:/dev/stdout"}, "are the same file"},
        {{"-o", "/proc/x.json"}, "cannot write /proc/x.json"},
    };
    const auto before = folder.names();
    for (const auto& [options, told] : faults) {
        CAPTURE(options);
        const auto ended = run({.argv = perfwrap_words(options, {"touch", folder / "started"}), .folder = folder.path()});
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::StartsWith("perfwrap: ") && Catch::Contains(told));
        CHECK(folder.names() == before);
    }
}

TEST_CASE("a path with a colon is a path") {
    const TemporaryFolder folder;
    CHECK(run({.argv = perfwrap_words({"-o", "./a:b.json", "-o", "2026-01-01T10:00.json"}, {"true"}), .folder = folder.path()})
              .code() == 0);
    CHECK(folder.names() == Names{"2026-01-01T10:00.json", "a:b.json"});
}

TEST_CASE("a read-only file system is reported before the command starts") {
    if (skipped(not_root())) return;
    const TemporaryFolder folder;
    const auto ended = run({.argv = perfwrap_words({"-o", folder / "result.json"}, {"echo", "started"}),
                            .before_exec = [&] { mount_here(folder.path(), MS_RDONLY, ""); }});
    CHECK(ended.code() == 125);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Catch::Contains("Read-only file system; choose a path on a writable file system"));
}

TEST_CASE("a file that may be written but not replaced is reported before the command starts") {
    if (skipped(not_root())) return;
    const Programs programs;
    const auto sticky = programs.folder / "sticky";
    fs::create_directory(sticky);
    ::chmod(sticky.c_str(), 01777);
    write_file(sticky + "/result.json", "root's");
    ::chmod((sticky + "/result.json").c_str(), 0666);
    const auto ended = run(programs.launch({"-o", sticky + "/result.json"}, {"echo", "started"}));
    CHECK(ended.code() == 125);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, Catch::Contains(sticky + "/result.json"));
}

TEST_CASE("a file that is replaced keeps its owner") {
    if (skipped(not_root())) return;
    const TemporaryFolder folder;
    write_file(folder / "result.json", "nobody's");
    REQUIRE(::chown((folder / "result.json").c_str(), nobody, nobody) == 0);
    CHECK(run({.argv = perfwrap_words({"-o", folder / "result.json"}, {"true"})}).code() == 0);
    struct stat found {};
    REQUIRE(::stat((folder / "result.json").c_str(), &found) == 0);
    CHECK(found.st_uid == nobody);
    CHECK(found.st_gid == nobody);
    CHECK(is_result(folder / "result.json"));
}

TEST_CASE("a dangling symbolic link is followed and kept") {
    const TemporaryFolder folder;
    fs::create_symlink("real.json", folder / "result.json");
    CHECK(run({.argv = perfwrap_words({"-o", folder / "result.json"}, {"true"})}).code() == 0);
    CHECK(fs::is_symlink(folder / "result.json"));
    CHECK(is_result(folder / "real.json"));
}

TEST_CASE("if a disk fills up during the run, only outputs on it fail, and checkpoints cause a warning") {
    if (skipped(not_root())) return;
    const TemporaryFolder folder;
    fs::create_directory(folder / "small");
    for (const int command_code : {0, 3}) {
        CAPTURE(command_code);
        const auto fill = fmt::format("cat /dev/zero > small/zeros; {}; ls small; exit {}",
                                      until_perfwrap_said("checkpoint not written", "told"), command_code);
        const auto ended = run(
            {.argv = perfwrap_words({"--checkpoint", "50ms", "-o", "small/result.json", "-o", "result.prom"}, {"sh", "-c", fill}),
             .folder = folder.path(),
             .before_exec = [&] {
                 mount_here(folder / "small", 0, "size=64k");
                 errors_to(folder / "told");
             }});
        CHECK(ended.code() == (command_code == 0 ? 125 : command_code));
        CHECK_THAT(ended.out, Catch::EndsWith("zeros\n"));
        CHECK_THAT(read_file(folder / "told"),
                   Catch::Contains("checkpoint not written: cannot write small/result.json.partial: No space left on device") &&
                       Catch::Contains("perfwrap: cannot write small/result.json: No space left on device; free some space"));
        fs::remove(folder / "told");
        CHECK(is_result(folder / "result.prom"));
        fs::remove(folder / "result.prom");
    }
    CHECK(folder.names() == Names{"small"});
}

TEST_CASE("if a directory vanishes during the run, only outputs in it fail") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "gone");
    const auto ended = run(
        {.argv = perfwrap_words({"-o", folder / "gone/result.json", "-o", folder / "result.prom"}, {"rmdir", folder / "gone"})});
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains(folder / "gone/result.json"));
    CHECK(is_result(folder / "result.prom"));
    CHECK(folder.names() == Names{"result.prom"});
}

TEST_CASE("if the reader of standard output has gone, only that output fails") {
    const TemporaryFolder folder;
    for (const bool loud : {false, true}) {
        Words words{perfwrap_path(), "-o", "json:-", "-o", folder / "result.json", "--", "true"};
        if (!loud) words.insert(words.begin() + 1, "-q");
        const auto ended = run({.argv = words, .before_exec = [] { nobody_reads(STDOUT_FILENO); }});
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains("perfwrap: cannot write standard output: Broken pipe"));
        CHECK(is_result(folder / "result.json"));
    }
}

TEST_CASE("a named pipe without a reader does not block other outputs, or perfwrap forever") {
    const TemporaryFolder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    const auto ended = run({.argv = perfwrap_words({"-o", "json:" + folder / "pipe", "-o", folder / "result.json"}, {"true"})});
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains(folder / "pipe") && Catch::Contains("keep its reader running"));
    CHECK(is_result(folder / "result.json"));
}

TEST_CASE("if standard error has no reader or is closed, only the summary is lost") {
    const std::vector<std::function<void()>> circumstances{
        [] { nobody_reads(STDERR_FILENO); },
        [] { ::close(STDERR_FILENO); },
        [] { ::dup2(::open("/dev/full", O_WRONLY), STDERR_FILENO); },
        [] {
            for (int fd = 0; fd < 3; ++fd) ::close(fd);
        },
    };
    for (const auto& arrange : circumstances)
        for (const std::string source : {"auto", "procfs"}) {
            const TemporaryFolder folder;
            const Words command = workload_words({"exit", "7"});
            Words words{perfwrap_path(), "--source", source, "-o", folder / "result.json", "--"};
            words.insert(words.end(), command.begin(), command.end());
            CHECK(run({.argv = words, .before_exec = arrange}).code() == 7);
            CHECK(is_result(folder / "result.json"));
            CHECK(folder.names() == Names{"result.json"});
        }
}

}  // namespace perfwrap::test
