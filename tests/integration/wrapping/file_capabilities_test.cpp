// perfwrap with file capabilities (setcap): exact numbers for an ordinary user, and no right beyond them.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "tests/integration/support/capable_programs.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/preconditions.hpp"

namespace perfwrap::test {
namespace {

// What a child that runs as the user nobody gets: 0, or an errno.
int as_nobody(const std::function<int()>& attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
        become_nobody();
        ::_exit(attempt());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int error_of(bool succeeded) { return succeeded ? 0 : errno; }

std::string status_line(pid_t pid, const std::string& key) {
    const auto status = read_file(fmt::format("/proc/{}/status", pid));
    const auto at = status.find("\n" + key + ":\t");
    return at == std::string::npos ? "" : status.substr(at + key.size() + 3, status.find('\n', at + 1) - at - key.size() - 3);
}

// The script, followed by a wait until a checkpoint has the metric.
Ended run_until(const Programs& programs, Words options, const std::string& script, int code, const std::string& metric) {
    options.insert(options.end(), {"--checkpoint", "20ms"});
    Gate gate;
    auto launch = programs.launch(options, {"sh", "-c", fmt::format("{}; {}; exit {}", script, Gate::wait, code)});
    launch.before_exec = [&, become = launch.before_exec] {
        gate.hand_over();
        become();
    };
    Child child(launch);
    await("a checkpoint with " + metric, [&] {
        const auto so_far = nlohmann::json::parse(read_file(programs.folder / "result.json.partial"), nullptr, false);
        return (so_far.is_object() && so_far.at("runs").at(0).at("metrics").contains(metric)) || !is_running(child.pid());
    });
    gate.open();
    return child.wait();
}

}  // namespace

TEST_CASE("cap_bpf and cap_perfmon together, but neither alone, give an ordinary user eBPF mode", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_file_capabilities())) return;
    const Programs programs;
    for (const std::string alone : {"cap_bpf", "cap_perfmon"}) {
        give_capabilities(programs, alone + "+ep");
        CHECK(run(programs.launch({"--source", "ebpf"}, {"true"})).code() == 125);
    }
    for (const std::string both : {"cap_bpf,cap_perfmon+ep", "cap_bpf,cap_perfmon+p"}) {
        give_capabilities(programs, both);
        const auto ended = run_until(programs, {"--source", "ebpf"}, "cat /etc/passwd", 7, "pss_average_bytes");
        INFO(ended.err);
        REQUIRE(ended.code() == 7);
        const auto result = nlohmann::json::parse(read_file(programs.folder / "result.json"));
        CHECK(result.at("measurement").at("mode") == "ebpf");
        CHECK(result.at("measurement").at("lost_events") == 0);
        const auto& metrics = result.at("runs").at(0).at("metrics");
        CHECK(metrics.at("processes_started") == 2);
        for (const auto* key : {"rss_peak_bytes", "cpu_seconds", "syscall_read_bytes", "pss_average_bytes"})
            CHECK(metrics.contains(key));
    }
}

TEST_CASE("with file capabilities procfs mode still measures I/O", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_file_capabilities())) return;
    const CapablePrograms programs;
    const auto ended = run_until(programs, {"--source", "procfs"}, "cat /etc/passwd", 0, "syscall_read_bytes");
    REQUIRE(ended.code() == 0);
    const auto result = nlohmann::json::parse(read_file(programs.folder / "result.json"));
    CHECK(result.at("runs").at(0).at("metrics").contains("syscall_read_bytes"));
}

TEST_CASE("the command of a perfwrap with file capabilities starts as without perfwrap", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_file_capabilities())) return;
    const CapablePrograms programs;
    const Words command{programs.folder / "workload", "show-launch"};
    struct Circumstance {
        std::string what;
        std::function<void()> arrange;
    };
    // What the C library and the kernel withhold from a program with file capabilities.
    const std::vector<Circumstance> circumstances{
        {"nothing special", [] {}},
        {"variables that are unsafe for a program with capabilities",
         [] {
             for (const auto* name : {"TMPDIR", "LD_LIBRARY_PATH", "LD_BIND_NOW", "LD_ORIGIN_PATH", "MALLOC_ARENA_MAX", "LOCPATH",
                                      "NLSPATH", "HOSTALIASES", "TZDIR"})
                 ::setenv(name, "/nowhere", 1);
             ::setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=1", 1);
             ::setenv("EMPTY", "", 1);
         }},
        {"no environment", [] { ::clearenv(); }},
        {"closed streams", [] { ::close(STDIN_FILENO), ::close(STDERR_FILENO); }},
        {"/dev/null on every stream but one", [] { ::dup2(::open("/dev/null", O_RDWR), STDIN_FILENO); }},
        {"a small stack limit", [] {
             constexpr rlimit small{1 << 20, RLIM_INFINITY};
             ::setrlimit(RLIMIT_STACK, &small);
         }}};
    for (const auto& [what, arrange] : circumstances) {
        INFO(what);
        const auto start = [&](Launch launch) {
            launch.before_exec = [&arrange = arrange] {
                ::personality(PER_LINUX);  // the kernel resets it for a program with file capabilities
                become_nobody(), arrange();
            };
            return run(launch);
        };
        const auto bare = start({.argv = command});
        auto launch = programs.launch({"-q", "--source", "ebpf"}, command);
        launch.folder = "";
        const auto wrapped = start(launch);
        REQUIRE(bare.code() == 0);
        CHECK(wrapped.code() == 0);
        CHECK(wrapped.out == bare.out);
    }
}

TEST_CASE("a stack limit that the kernel lowers because of file capabilities is restored for the command", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_file_capabilities())) return;
    const CapablePrograms programs;
    const auto script =
        fmt::format("ulimit -s unlimited && {} -q --source ebpf -- sh -c 'ulimit -s'; true", programs.folder / "perfwrap");
    const auto ended = run({.argv = {"sh", "-c", script}, .before_exec = become_nobody});
    CHECK(ended.out == "unlimited\n");
}

TEST_CASE("while the command runs, perfwrap's file capabilities are gone and perfwrap is closed to its user", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_file_capabilities())) return;
    const CapablePrograms programs;
    Child child(programs.launch({"-q", "--source", "ebpf"},
                                {"sh", "-c", "grep -E '^(Cap(Prm|Eff|Amb)|NoNewPrivs)' /proc/self/status; exec sleep 600"}));
    for (const std::string key : {"CapPrm", "CapEff", "CapAmb"}) CHECK(child.read_line() == key + ":\t0000000000000000");
    CHECK(child.read_line() == "NoNewPrivs:\t0");
    const auto pid = child.pid();
    for (const auto* key : {"CapPrm", "CapEff", "CapInh", "CapAmb"}) CHECK(status_line(pid, key) == "0000000000000000");
    CHECK(status_line(pid, "Uid").starts_with("65534"));
    const auto witness = std::stoi(run({.argv = {"pgrep", "-P", std::to_string(pid), "group-witness"}}).out);
    for (const auto* key : {"CapPrm", "CapEff", "CapInh", "CapAmb"}) CHECK(status_line(witness, key) == "0000000000000000");
    const auto file = [&](const char* name) { return fmt::format("/proc/{}/{}", pid, name); };
    for (const auto* name : {"mem", "environ", "map_files"})
        CHECK(as_nobody([&] { return error_of(::open(file(name).c_str(), O_RDONLY) >= 0); }) == EACCES);
    CHECK(as_nobody([&] { return error_of(::open(file("fd").c_str(), O_RDONLY | O_DIRECTORY) >= 0); }) == EACCES);
    CHECK(as_nobody([&] { return error_of(::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0); }) == EPERM);
    ::kill(pid, SIGTERM);
    CHECK(child.wait().code() == 128 + SIGTERM);
}

TEST_CASE("file capabilities do not let a user write where the user may not", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_file_capabilities())) return;
    const CapablePrograms programs;
    const TemporaryFolder closed;
    write_file(closed / "root.json", "root's");
    std::filesystem::create_symlink(closed / "root.json", programs.folder / "link.json");
    write_file(programs.folder / "readonly.json", "root's");
    ::chmod((programs.folder / "readonly.json").c_str(), 0644);
    ::chmod(closed.path().c_str(), 0755);
    for (const auto& path :
         {closed / "new.json", closed / "root.json", programs.folder / "link.json", programs.folder / "readonly.json"}) {
        INFO(path);
        const auto ended = run(programs.launch({"--source", "ebpf", "-o", path}, {"touch", programs.folder / "started"}));
        CHECK(ended.code() == 125);
        CHECK(programs.folder.names().count("started") == 0);
    }
    CHECK(read_file(closed / "root.json") == "root's");
    CHECK(read_file(programs.folder / "readonly.json") == "root's");
    CHECK(closed.names() == std::set<std::string>{"root.json"});

    REQUIRE(run(programs.launch({"--source", "ebpf"}, {"true"})).code() == 0);
    struct stat written {};
    REQUIRE(::stat((programs.folder / "result.json").c_str(), &written) == 0);
    CHECK(written.st_uid == nobody);
}

TEST_CASE("with file capabilities the arguments and the I/O of a program with rights of its own stay hidden", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_file_capabilities())) return;
    const CapablePrograms programs;
    std::filesystem::copy_file("/bin/sh", programs.folder / "setuid-sh");
    std::filesystem::copy_file("/bin/cat", programs.folder / "own-cat");
    make_executable(programs.folder / "own-cat");
    ::chmod((programs.folder / "setuid-sh").c_str(), 04755);
    // -p: otherwise a shell drops the rights of its set-uid bit. Its children are root's too.
    const Words command{
        "sh", "-c",
        fmt::format(
            "{0}/own-cat /etc/passwd his-own; {0}/setuid-sh -p -c ': secret-one; cat /etc/shadow secret-two; exit 0'; exit 0",
            programs.folder.path())};
    const auto has = [](const nlohmann::json& result, const std::string& text) {
        return result.at("runs").at(0).dump().find(text) != std::string::npos;
    };
    const auto ended = run(programs.launch({"-q", "--source", "ebpf"}, command));
    REQUIRE(ended.code() == 0);
    const auto result = nlohmann::json::parse(read_file(programs.folder / "result.json"));
    CHECK(has(result, "his-own"));
    CHECK(has(result, "setuid-sh"));
    // The shell that runs the whole line has it in its own arguments.
    for (const auto& row : result.at("runs").at(0).at("processes").at("recorded"))
        if (row.at("command").at(0) != "sh") CHECK(row.at("command").dump().find("secret") == std::string::npos);
    CHECK(result.at("runs").at(0).at("metrics").at("processes_started") == 4);
    for (const auto* key : {"syscall_read_bytes", "syscall_written_bytes", "storage_read_bytes", "storage_written_bytes"}) {
        CHECK_FALSE(result.at("runs").at(0).at("metrics").contains(key));
        CHECK_THAT(result.at("measurement").at("unavailable").at(key).get<std::string>(), Catch::Contains("set-uid"));
    }

    // Root may see them.
    const auto by_root = measure({"--source", "ebpf"}, command);
    REQUIRE(by_root.ended.code() == 0);
    CHECK(by_root.metric("syscall_read_bytes") > 0);
    bool secret_seen = false;
    for (const auto& row : by_root.run().at("processes").at("recorded"))
        secret_seen =
            secret_seen || (row.at("command").at(0) == "cat" && row.at("command").dump().find("secret-two") != std::string::npos);
    CHECK(secret_seen);
}

TEST_CASE("an orphan that now belongs to another user is named, and not waited for", "[privileged]") {
    if (skipped(not_root()) || skipped(no_file_capabilities())) return;
    const Programs programs;
    const auto shell = programs.folder / "setuid-sh";
    std::filesystem::copy_file("/bin/sh", shell);
    REQUIRE(::chmod(shell.c_str(), 04755) == 0);
    const auto ended = run(programs.launch({"--orphans", "kill"},
                                           {shell, "-p", "-c",
                                            "setpriv --reuid 0 --regid 0 --clear-groups sleep 600 </dev/null >/dev/null 2>&1 & "
                                            "orphan=$!; " +
                                                until("grep -qx sleep /proc/$orphan/comm") + "; echo $orphan"}));
    const auto orphan = static_cast<pid_t>(std::stol(ended.out));
    CHECK(ended.code() == 0);
    CHECK_THAT(ended.err, Catch::Contains(fmt::format("sleep ({})", orphan)));
    CHECK(::kill(orphan, SIGKILL) == 0);
}

TEST_CASE("a perfwrap that is installed set-uid or set-gid refuses to run", "[privileged]") {
    if (skipped(not_root()) || skipped(no_file_capabilities()) || skipped(sanitizer_that("does not work in a set-uid program")))
        return;
    const Programs programs;
    for (const mode_t mode : {04755, 02755}) {
        REQUIRE(::chmod((programs.folder / "perfwrap").c_str(), mode) == 0);
        const auto ended = run(programs.launch({}, {"touch", programs.folder / "started"}));
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains("set-uid"));
        CHECK(programs.folder.names().count("started") == 0);
    }
}

}  // namespace perfwrap::test
