// --user and --as-invoker: the command runs as another user, measured by root.
#include <fmt/format.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/ordinary_user.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/integration/support/terminal.hpp"

namespace perfwrap::test {
namespace {

void called_by_sudo_of_nobody() {
    ::setenv("SUDO_UID", "65534", 1);
    ::setenv("SUDO_GID", "65534", 1);
    ::setenv("SUDO_USER", "nobody", 1);
}

uid_t owner_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_uid : static_cast<uid_t>(-1);
}

// In the order in which perfwrap sets them.
void set_variables_of(const passwd& user) {
    const std::vector<std::pair<std::string, std::string>> variables{{"HOME", user.pw_dir},
                                                                     {"SHELL", user.pw_shell},
                                                                     {"LOGNAME", user.pw_name},
                                                                     {"USER", user.pw_name},
                                                                     {"MAIL", fmt::format("/var/mail/{}", user.pw_name)}};
    for (const auto& [name, value] : variables) ::unsetenv(name.c_str()), ::setenv(name.c_str(), value.c_str(), 1);
}

}  // namespace

TEST_CASE("with --user the command starts as setpriv would, with the variables that sudo would set") {
    if (skipped(not_root())) return;
    const Programs programs;
    const passwd* const user = ::getpwuid(nobody);
    REQUIRE(user);
    const Words command{programs.folder / "workload", "show-launch"};
    auto by_setpriv = command;
    by_setpriv.insert(by_setpriv.begin(),
                      {"setpriv", "--reuid", "nobody", "--regid", std::to_string(user->pw_gid), "--init-groups"});
    const auto reference = run({.argv = by_setpriv, .before_exec = [&] { set_variables_of(*user); }});
    REQUIRE(reference.code() == 0);
    CHECK_THAT(reference.out, Catch::Contains("CapPrm:\t0000000000000000"));
    for (const std::string source : {"auto", "procfs"})
        for (const std::string name : {"nobody", "65534"}) {
            CAPTURE(source, name);
            const auto ended = run({.argv = perfwrap_words({"--source", source, "--user", name}, command)});
            CHECK(ended.code() == 0);
            CHECK(ended.out == reference.out);
        }
}

TEST_CASE("with --as-invoker the command has the user and the group that called sudo") {
    if (skipped(not_root())) return;
    const Words command{"sh", "-c", "id -u; id -g; id -G; echo \"$USER $LOGNAME $HOME $SUDO_USER $KEPT\""};
    const auto ended = run({.argv = perfwrap_words({"--as-invoker"}, command), .before_exec = [] {
                                called_by_sudo_of_nobody();
                                ::setenv("SUDO_GID", "1", 1);
                                ::setenv("KEPT", "kept", 1);
                            }});
    CHECK(ended.code() == 0);
    CHECK(ended.out == fmt::format("65534\n1\n1\nnobody nobody {} nobody kept\n", ::getpwuid(nobody)->pw_dir));
}

TEST_CASE("another user's command is measured with everything that root may see") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure({"--source", "ebpf", "--user", "nobody"}, {"sh", "-c", "cat /etc/passwd; sleep 0.5; exit"});
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("processes_started") == 3);
    CHECK(measured.metric("syscall_read_bytes") > 0);
    CHECK(measured.metric("pss_average_bytes") > 0);
}

TEST_CASE("another user's command runs in a cgroup that only root can make") {
    if (skipped(not_root()) || skipped(no_memory_cgroup())) return;
    const auto measured = measure({"--cgroup", "--user", "nobody"}, {"sh", "-c", "id -u"});
    CHECK(measured.ended.out == "65534\n");
    CHECK(measured.metric("cgroup_memory_peak_bytes") > 0);
}

TEST_CASE("with --user the outputs belong to perfwrap's caller, with --as-invoker to the invoker") {
    if (skipped(not_root())) return;
    const TemporaryFolder folder;
    REQUIRE(run({.argv = perfwrap_words({"--user", "nobody", "-o", folder / "user.json"}, {"true"})}).code() == 0);
    CHECK(owner_of(folder / "user.json") == 0);
    REQUIRE(run({.argv = perfwrap_words({"--as-invoker", "-o", folder / "invoker.json"}, {"true"}),
                 .before_exec = called_by_sudo_of_nobody})
                .code() == 0);
    CHECK(owner_of(folder / "invoker.json") == nobody);
}

TEST_CASE("with --as-invoker the result so far belongs to the invoker") {
    if (skipped(not_root())) return;
    const TemporaryFolder folder;
    const auto owner = fmt::format("{1}; stat -c %u '{0}'", folder / "result.json.partial",
                                   until(fmt::format("[ -e '{}' ]", folder / "result.json.partial")));
    const auto ended =
        run({.argv = perfwrap_words({"--as-invoker", "--checkpoint", "5ms", "-o", folder / "result.json"}, {"sh", "-c", owner}),
             .before_exec = called_by_sudo_of_nobody});
    CHECK(ended.out == fmt::format("{}\n", nobody));
    CHECK(folder.names() == std::set<std::string>{"result.json"});
}

TEST_CASE("with --as-invoker no output is written where the invoker may not write") {
    if (skipped(not_root())) return;
    const TemporaryFolder closed;
    const TemporaryFolder open;
    write_file(closed / "root.json", "root's");
    ::chmod(closed.path().c_str(), 0755);
    std::filesystem::create_symlink(closed / "root.json", open / "link.json");
    for (const auto& path : {closed / "new.json", closed / "root.json", open / "link.json"}) {
        CAPTURE(path);
        const auto ended = run({.argv = perfwrap_words({"--as-invoker", "-o", path}, {"touch", open / "started"}),
                                .before_exec = called_by_sudo_of_nobody});
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains("Permission denied"));
    }
    // The command makes the link while it runs.
    const auto plant = fmt::format("ln -s {} {}", closed / "root.json", open / "planted.json");
    const auto ended = run({.argv = perfwrap_words({"--as-invoker", "-o", open / "planted.json"}, {"sh", "-c", plant}),
                            .before_exec = called_by_sudo_of_nobody});
    CHECK(ended.code() == 125);
    CHECK(read_file(closed / "root.json") == "root's");
    CHECK(closed.names() == std::set<std::string>{"root.json"});
    CHECK(open.names() == std::set<std::string>{"link.json", "planted.json"});
}

TEST_CASE("a user may be a number that the system does not know, as for a container") {
    if (skipped(not_root())) return;
    const Words command{"sh", "-c", "id -u; id -G; echo $USER $HOME"};
    CHECK(run({.argv = perfwrap_words({"--user", "4321"}, command)}).out == "4321\n0\n4321 /\n");
    const auto invoker = run({.argv = perfwrap_words({"--as-invoker"}, command), .before_exec = [] {
                                  ::setenv("SUDO_UID", "4321", 1);
                                  ::setenv("SUDO_GID", "1234", 1);
                                  ::setenv("SUDO_USER", "#4321", 1);
                              }});
    CHECK(invoker.out == "4321\n1234\n4321 /\n");
}

TEST_CASE("another user's command inherits no capabilities") {
    if (skipped(not_root())) return;
    for (const std::string user : {"nobody", "root"}) {
        CAPTURE(user);
        const auto ended =
            run({.argv = perfwrap_words({"--user", user}, {"grep", "CapInh", "/proc/self/status"}), .before_exec = [] {
                     __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
                     std::array<__user_cap_data_struct, 2> sets{};
                     ::syscall(SYS_capget, &header, sets.data());
                     sets[0].inheritable |= 1U << CAP_CHOWN;
                     ::syscall(SYS_capset, &header, sets.data());
                 }});
        CHECK(ended.out == "CapInh:\t0000000000000000\n");
    }
}

TEST_CASE("another user's command cannot type into the terminal that it shares with root's shell") {
    if (skipped(not_root())) return;
    // The kernel takes only the low 32 bits of the request; TIOCSTI is 0x5412.
    const Words types{"perl", "-e",
                      "my $typed = 'x'; print 'answers';"
                      "for my $request (0x5412, 0x100005412) { print ' ', syscall($ARGV[0], 0, $request, $typed) }"
                      "my $paste = chr(3); print ' ', syscall($ARGV[0], 0, 0x541C, $paste), ' ', $! + 0, qq(.\n)",
                      std::to_string(SYS_ioctl)};
    Words bare{"setpriv", "--reuid", "nobody", "--clear-groups"};
    bare.insert(bare.end(), types.begin(), types.end());
    if (skipped(Terminal(bare).wait_for_end().find("answers 0 0") != std::string::npos
                    ? std::nullopt
                    : std::optional<std::string>("the kernel does not allow it to anybody")))
        return;
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        CHECK_THAT(Terminal(perfwrap_words({"--source", source, "--user", "nobody"}, types)).wait_for_end(),
                   Catch::Contains(fmt::format("answers -1 -1 -1 {}.", EPERM)));
        CHECK_THAT(Terminal(perfwrap_words({"--source", source}, types)).wait_for_end(), Catch::Contains("answers 0 0"));
    }
    // Without CAP_SYS_ADMIN it cannot be forbidden.
    const TemporaryFolder folder;
    Words confined{"setpriv", "--bounding-set", "-sys_admin,-bpf"};
    const auto touching = perfwrap_words({"--source", "procfs", "--user", "nobody"}, {"touch", folder / "started"});
    confined.insert(confined.end(), touching.begin(), touching.end());
    CHECK_THAT(Terminal(confined).wait_for_end(), Catch::Contains("TIOCSTI") && Catch::Contains("CAP_SYS_ADMIN"));
    CHECK(folder.names().empty());
}

TEST_CASE("another user's program is looked up with the rights of that user") {
    if (skipped(not_root())) return;
    const TemporaryFolder first;
    const TemporaryFolder second;
    for (const auto* folder : {&first, &second}) {
        write_file(*folder / "program", fmt::format("#!/bin/sh\necho {}\n", folder->path()));
        make_executable(*folder / "program");
    }
    ::chmod((first / "program").c_str(), 0700);
    const auto with_path = [&](const std::string& path) {
        return [path] { ::setenv("PATH", (path + ":/bin:/usr/bin").c_str(), 1); };
    };
    const auto start = [&](const Words& options, const std::string& path) {
        return run({.argv = perfwrap_words(options, {"program"}), .before_exec = with_path(path)});
    };
    const auto both = first.path() + ":" + second.path();
    CHECK(start({}, both).out == first.path() + "\n");
    CHECK(start({"--user", "nobody"}, both).out == second.path() + "\n");
    const auto denied = start({"--user", "nobody"}, first.path());
    CHECK(denied.code() == 126);
    CHECK_THAT(denied.err, Catch::Contains("permission denied"));
    CHECK(run({.argv = perfwrap_words({"--user", "nobody"}, {first / "program"})}).code() == 126);
}

TEST_CASE("a user that perfwrap cannot switch to is an error before the command starts") {
    if (skipped(not_root())) return;
    const Programs programs;
    struct Case {
        Words options;
        std::function<void()> arrange;
        std::string says;
    };
    const auto no_sudo = [] { ::unsetenv("SUDO_UID"); };
    const std::vector<Case> cases{
        {{"--user", "no-such-user"}, no_sudo, "no user 'no-such-user'"},
        {{"--user", "4294967295"}, no_sudo, "no user '4294967295'"},
        {{"--user", "nobody"}, become_nobody, "sudo perfwrap --user NAME"},
        {{"--as-invoker"}, [] { called_by_sudo_of_nobody(), become_nobody(); }, "sudo perfwrap --as-invoker"},
        {{"--as-invoker"}, no_sudo, "SUDO_UID is not set"},
        {{"--as-invoker"}, [] { ::setenv("SUDO_UID", "root", 1); }, "SUDO_UID 'root'"},
        {{"--as-invoker", "--user", "nobody"}, no_sudo, "cannot be combined"}};
    for (const auto& [options, arrange, says] : cases) {
        CAPTURE(options);
        auto launch = programs.launch(options, {"touch", programs.folder / "started"});
        launch.before_exec = arrange;
        const auto ended = run(launch);
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains(says));
        CHECK(programs.folder.names().count("started") == 0);
    }
    // Without the capability to change groups, root is like any other user.
    const auto ended = run({.argv = {"setpriv", "--bounding-set", "-setgid,-setuid", programs.folder / "perfwrap", "--source",
                                     "procfs", "--user", "nobody", "touch", programs.folder / "started"}});
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains("CAP_SETUID and CAP_SETGID"));
    CHECK(programs.folder.names().count("started") == 0);
}

}  // namespace perfwrap::test
