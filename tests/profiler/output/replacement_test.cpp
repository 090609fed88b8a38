// Replacing files where a system call filter, as of a container, refuses a call that would serve.
#include "profiler/output/replacement.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <string>
#include <vector>

#include "profiler/output/updated_file.hpp"
#include "profiler/output/writer.hpp"
#include "tests/profiler/output/folder.hpp"
#include "tests/support/child_process.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr std::array refusals{ENOSYS, EPERM, EINVAL};

// What the calling process gets told of an output that is tried and written.
std::string told_of(const std::string& path) {
    if (const auto tried = check_writable(path); !tried) return "tried: " + tried.error();
    if (const auto written = write_output(path, "new"); !written) return "written: " + written.error();
    return "";
}

mode_t mode_of(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

}  // namespace

TEST_CASE("an output is written although a call that is not needed is refused") {
    const std::vector<SystemCalls> needless{
#ifdef SYS_faccessat2
        {SYS_faccessat2}, {SYS_faccessat2, SYS_faccessat},
#endif
        {SYS_fsync},      {SYS_linkat},
        {SYS_fchmod},     {SYS_fchown},
        {SYS_flock},      {SYS_renameat},
        {SYS_renameat2},  {SYS_fsync, SYS_linkat, SYS_fchmod, SYS_fchown, SYS_flock},
    };
    for (const auto& calls : needless)
        for (const int error : refusals)
            for (const bool is_there : {false, true}) {
                CAPTURE(calls, error, is_there);
                const Folder folder;
                const auto path = folder.file("out.json");
                if (is_there) put(path, "old");
                if (is_there) ::chmod(path.c_str(), 0604);
                CHECK(in_child([&] {
                          if (!refuse_calls(calls, error)) return 1;
                          return told_of(path).empty() &&
                                         update_output(path, [](std::string_view present) { return std::string(present) + "er"; })
                                     ? 0
                                     : 2;
                      }) == 0);
                CHECK(content(path) == "newer");
                if (is_there) CHECK(mode_of(path) == 0604);
                CHECK(folder.names() == Names{"out.json"});
            }
}

TEST_CASE("a pipe is written although nobody may be asked whether that is allowed") {
    const Folder folder;
    REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    for (const int error : refusals)
        CHECK(in_child([&] {
                  if (!refuse_calls({SYS_faccessat, SYS_faccessat2}, error)) return 1;
                  return check_writable(folder.file("pipe")) && check_writable("/dev/null") ? 0 : 2;
              }) == 0);
}

TEST_CASE("where nothing renames a file the one before stays, and the call is named") {
    const Folder folder;
    const auto path = folder.file("out.json");
    put(path, "old");
    for (const int error : refusals)
        CHECK(in_child([&] {
                  if (!refuse_calls(renaming_calls, error)) return 1;
                  return says(told_of(path), "written: cannot write " + path + ": renameat: ") ? 0 : 2;
              }) == 0);
    CHECK(content(path) == "old");
    CHECK(folder.names() == Names{"out.json"});
}
