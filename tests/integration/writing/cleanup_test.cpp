// Killing perfwrap leaves nothing behind.
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;

// Prints its process id and exits by itself when the gate is open.
Words gated_command() { return {"sh", "-c", fmt::format("echo $$; {}; exit 0", Gate::wait)}; }

void kill_perfwrap(const std::string& source) {
    const TemporaryFolder folder;
    Gate gate;
    Child child({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, gated_command()),
                 .folder = folder.path(),
                 .before_exec = [&] {
                     ::setenv("TMPDIR", folder.path().c_str(), 1);
                     gate.hand_over();
                 }});
    const pid_t command = std::stoi(child.read_line());
    const auto programs = bpf_programs_of(child.pid());
    CHECK(programs.empty() == (source == "procfs"));
    REQUIRE(::kill(child.pid(), SIGKILL) == 0);
    await("perfwrap's end", [&] { return state_of(child.pid()) == 'Z'; });
    CHECK(is_running(command));
    gate.open();
    child.wait();
    await("the command's end", [&] { return !is_running(command); });
    CHECK(folder.names().empty());
    for (const auto program : programs) await("the end of a BPF program", [&] { return !is_loaded(program); });
}

}  // namespace

TEST_CASE("killing perfwrap leaves no files, and the command ends by itself") { kill_perfwrap("procfs"); }

TEST_CASE("killing perfwrap leaves no BPF programs", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    kill_perfwrap("ebpf");
}

TEST_CASE("perfwrap leaves no BPF programs when it ends", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    Gate gate;
    Child child({.argv = perfwrap_words({"--source", "ebpf"}, gated_command()), .before_exec = [&] { gate.hand_over(); }});
    child.read_line();
    const auto programs = bpf_programs_of(child.pid());
    CHECK_FALSE(programs.empty());
    gate.open();
    REQUIRE(child.wait().code() == 0);
    for (const auto program : programs) await("the end of a BPF program", [&] { return !is_loaded(program); });
}

TEST_CASE("a cgroup that a killed perfwrap left is removed by the next one", "[privileged][alone]") {
    if (skipped(not_root())) return;
    const auto cgroups_of = [](pid_t pid) { return read_file(fmt::format("/proc/{}/cgroup", pid)); };
    Gate gate;
    Child child({.argv = perfwrap_words({"--cgroup"}, gated_command()), .before_exec = [&] { gate.hand_over(); }});
    const pid_t command = std::stoi(child.read_line());
    const auto own = cgroups_of(::getpid());
    const auto lines = cgroups_of(command);
    if (skipped(lines == own ? std::optional<std::string>("no own memory cgroup can be made here") : std::nullopt)) return;
    std::set<std::string> leaves;
    std::istringstream text(lines);
    for (std::string line; std::getline(text, line);)
        if (own.find(line) == std::string::npos) leaves.insert(line.substr(line.find(':', 2) + 1));
    const auto exists = [](const std::string& leaf) {
        for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup"))
            if (fs::exists(hierarchy.path().string() + leaf)) return true;
        return fs::exists("/sys/fs/cgroup" + leaf);
    };
    for (const auto& leaf : leaves) CHECK(exists(leaf));
    REQUIRE(::kill(child.pid(), SIGKILL) == 0);
    gate.open();
    child.wait();
    await("the command's end", [&] { return !is_running(command); });
    REQUIRE(run({.argv = perfwrap_words({"--cgroup"}, {"true"})}).code() == 0);
    for (const auto& leaf : leaves) {
        CAPTURE(leaf);
        CHECK_FALSE(exists(leaf));
    }
}

}  // namespace perfwrap::test
