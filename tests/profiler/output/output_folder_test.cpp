#include "profiler/output/output_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>

#include "tests/profiler/output/folder.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
namespace fs = std::filesystem;

namespace {

FileInFolder with_line(const std::string& path, const std::string& line) {
    return {path, [line](std::string_view present) -> tl::expected<std::string, std::string> {
                return std::string(present) + line + "\n";
            }};
}

FileInFolder refused(const std::string& path) {
    return {path, [](std::string_view) -> tl::expected<std::string, std::string> {
                return tl::unexpected<std::string>("it is of version 1");
            }};
}

}  // namespace

TEST_CASE("a folder is made where it is absent, and its documents gain what is added") {
    const Folder folder;
    for (const auto* path : {"results", "a/b/results/"}) {
        const auto made = folder.file(path);
        CHECK(update_folder(made, {with_line("index", "one"), with_line("box/1.json", "first")}));
        put((fs::path(made) / "other").string(), "kept");
        CHECK(update_folder(made, {with_line("index", "two"), with_line("box/2.json", "second")}));
        CHECK(content((fs::path(made) / "index").string()) == "one\ntwo\n");
        CHECK(content((fs::path(made) / "box/1.json").string()) == "first\n");
        CHECK(content((fs::path(made) / "box/2.json").string()) == "second\n");
        CHECK(content((fs::path(made) / "other").string()) == "kept");
    }
    CHECK(folder.names() == Names{"a", "results"});
}

TEST_CASE("where one document is refused the folder stays as it was") {
    const Folder folder;
    put(folder.file("index"), "old");
    const auto outcome = update_folder(folder.path(), {with_line("new", "one"), refused("index")});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error() == folder.path() + " was not changed: index: it is of version 1");
    CHECK(folder.names() == Names{"index"});
    CHECK(content(folder.file("index")) == "old");
}

TEST_CASE("no document gets out of its folder") {
    const Folder folder;
    for (const auto* path : {"../out", "a/../../out", "/tmp/out", "", "a/"}) {
        INFO(path);
        const auto outcome = update_folder(folder.file("results"), {with_line("fine", "one"), with_line(path, "one")});
        REQUIRE_FALSE(outcome);
        CHECK(says(outcome.error(), "would not be in it"));
    }
    CHECK(folder.names() == Names{"results"});
    CHECK(fs::is_empty(folder.file("results")));
}

TEST_CASE("trying a folder leaves nothing behind, whether it is there or not") {
    const Folder folder;
    CHECK(check_folder(folder.path()));
    CHECK(check_folder(folder.file("absent")));
    CHECK(check_folder(folder.file("absent/too/")));
    CHECK(folder.names().empty());
    const auto before = fs::current_path();
    fs::current_path(folder.path());
    CHECK(check_folder("relative/one"));
    CHECK(check_folder("."));
    fs::current_path(before);
    CHECK(folder.names().empty());
}

TEST_CASE("what cannot be a folder is refused before the start") {
    const Folder folder;
    put(folder.file("file"), "");
    CHECK_FALSE(check_folder(""));
    CHECK(says(check_folder("-").error(), "standard output; name a directory"));
    CHECK(says(check_folder(folder.file("file")).error(), folder.file("file") + " is not a directory"));
    CHECK(says(check_folder(folder.file("file/in")).error(), folder.file("file") + " is not a directory"));
    CHECK_FALSE(check_folder("/proc/results"));
    CHECK_FALSE(update_folder(folder.file("file"), {}));
    CHECK_FALSE(update_folder(folder.path(), {with_line("file/in", "one")}));

    ::chmod(folder.path().c_str(), 0555);
    const bool root = ::geteuid() == 0;
    constexpr uid_t nobody = 65534;
    if (root && ::seteuid(nobody) != 0) {
        std::cerr << "SKIPPED: root cannot become an ordinary user here\n";
        return;
    }
    const auto closed = check_folder(folder.path());
    const auto within = check_folder(folder.file("new"));
    if (root) REQUIRE(::seteuid(0) == 0);
    REQUIRE_FALSE(closed);
    CHECK(says(closed.error(), "Permission denied"));
    REQUIRE_FALSE(within);
    CHECK(says(within.error(), "no file can be created in the directory " + folder.path()));
}
