#include "profiler/launch/identity.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace perfwrap;
using Catch::Matchers::Contains;
using Words = std::vector<std::string>;

namespace {

const Identity ada{.uid = 1000, .gid = 100, .groups = {100}, .name = "ada", .home = "/home/ada", .shell = "/bin/bash"};

bool root() {
    if (::geteuid() == 0) return true;
    WARN("SKIPPED: finding another user needs root");
    return false;
}

}  // namespace

TEST_CASE("Another user's variables replace the caller's, and nothing else changes") {
    CHECK(environment_of(
              ada, {"PATH=/bin", "HOME=/root", "HOMEPAGE=x", "USER=root", "USER=again", "odd", "TERM=xterm", "SUDO_UID=7"}) ==
          Words{"PATH=/bin", "HOMEPAGE=x", "odd", "TERM=xterm", "SUDO_UID=7", "HOME=/home/ada", "SHELL=/bin/bash", "LOGNAME=ada",
                "USER=ada", "MAIL=/var/mail/ada"});
}

TEST_CASE("A user is found by name and by number") {
    if (!root()) return;
    for (const auto* word : {"root", "0"}) {
        const auto found = find_user(word);
        REQUIRE(found);
        CHECK(found->uid == 0);
        CHECK(found->name == "root");
        CHECK(found->home == ::getpwuid(0)->pw_dir);
        CHECK(found->groups.at(0) == found->gid);
    }
    for (const auto* word : {"no-such-user", "-1", "4294967295", "0x0", ""})
        CHECK_THAT(find_user(word).error(), Contains("getent passwd"));
}

TEST_CASE("sudo's caller is known by his number; the name counts where it has that number") {
    if (!root()) return;
    const auto by_name = find_invoker({.uid = "65534", .gid = "65534", .user = "nobody"});
    REQUIRE(by_name);
    CHECK(by_name->name == "nobody");
    const auto other_name = find_invoker({.uid = "65534", .gid = std::nullopt, .user = "root"});
    REQUIRE(other_name);
    CHECK(other_name->uid == 65534);
    CHECK(other_name->name == "nobody");
    const auto other_group = find_invoker({.uid = "65534", .gid = "1", .user = "nobody"});
    REQUIRE(other_group);
    CHECK(other_group->gid == 1);
    CHECK(other_group->groups.at(0) == 1);
}

TEST_CASE("Without sudo's variables there is no invoker, and the message says what to do") {
    if (!root()) return;
    for (const auto& sudo :
         {SudoVariables{}, SudoVariables{.uid = "", .gid = "1", .user = "x"}, SudoVariables{.uid = "1 ", .gid = "1", .user = "x"},
          SudoVariables{.uid = "1", .gid = "staff", .user = "x"},
          SudoVariables{.uid = "3999999999", .gid = std::nullopt, .user = "x"}})
        CHECK_THAT(find_invoker(sudo).error(), Contains("--as-invoker") && Contains("--user NAME"));
}

TEST_CASE("With another user's rights for files, what only root may read cannot be opened, and afterwards it can again") {
    if (!root()) return;
    const auto nobody = find_user("nobody");
    REQUIRE(nobody);
    const auto readable = [] { return ::faccessat(AT_FDCWD, "/etc/shadow", R_OK, AT_EACCESS) == 0; };
    {
        const FileRights rights(*nobody);
        CHECK_FALSE(readable());
        CHECK(::geteuid() == 0);
    }
    CHECK(readable());
    const FileRights same(std::nullopt);
    CHECK(readable());
}
