// SIGKILL at any moment leaves nothing behind: no BPF programs, no control groups, no incomplete files, no stopped command.
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::steady_clock;

// $PERFWRAP_SEED; otherwise, in the long form, a new seed each time.
unsigned seed() {
    const char* const given = std::getenv("PERFWRAP_SEED");
    if (given != nullptr) return static_cast<unsigned>(std::strtoul(given, nullptr, 10));
    return long_form() ? std::random_device{}() : 1;
}

struct Held {
    std::set<unsigned> programs;
    std::set<std::string> cgroups;
    std::vector<pid_t> children;
};

// What perfwrap holds at this moment; it is stopped so that this cannot change until it is killed. Empty if it has already ended.
Held hold_still(pid_t perfwrap) {
    ::kill(perfwrap, SIGSTOP);
    await("perfwrap's stop or end", [&] { return state_of(perfwrap) == 'T' || !is_running(perfwrap); });
    return {bpf_programs_of(perfwrap), cgroups_held_by(perfwrap), children_of(perfwrap)};
}

bool is_hidden(const std::string& name) { return name.starts_with(".perfwrap-"); }

// Only complete results, and at most a file that the next perfwrap recognises as a leftover: it has the name that a new file has
// for the few microseconds between its link and its rename.
void check_files(const TemporaryFolder& folder) {
    for (const auto& name : folder.names()) {
        CAPTURE(name);
        const bool partial = name == "result.json.partial";
        CHECK((partial || name == "result.json" || is_hidden(name)));
        CHECK(nlohmann::json::parse(read_file(folder / name)).at("complete").is_boolean());
        if (name == "result.json") CHECK(nlohmann::json::parse(read_file(folder / name)).at("complete") == true);
    }
}

}  // namespace

TEST_CASE("SIGKILL at random moments leaves nothing behind", "[privileged][alone][long]") {
    if (skipped(no_ebpf())) return;
    const bool with_cgroups = !no_memory_cgroup();
    const auto chosen = seed();
    fmt::print("PERFWRAP_SEED={}\n", chosen);
    CAPTURE(chosen);
    std::mt19937 random(chosen);

    const TemporaryFolder folder;
    const auto short_command = fmt::format("'{0}' sleep 100 & '{0}' sleep 200; wait", workload_path());
    const TemporaryFolder told;
    const auto until_told = until(fmt::format("[ -e '{}' ]", told / "killed"));
    const auto words = [&](bool cgroup, const std::string& command) {
        Words options{"--source", "ebpf", "--checkpoint", "1ms", "-o", folder / "result.json"};
        if (cgroup) options.push_back("--cgroup");
        return perfwrap_words(options, {"sh", "-c", command});
    };
    const auto began = steady_clock::now();
    REQUIRE(run({.argv = words(with_cgroups, short_command), .folder = folder.path()}).code() == 0);
    const auto whole_run = std::chrono::duration_cast<microseconds>(steady_clock::now() - began);
    std::uniform_int_distribution<long> moments(0, whole_run.count());

    std::set<std::string> cgroups;
    std::size_t programs = 0;
    std::size_t partials = 0;
    std::size_t hidden = 0;
    const int kills = long_form() ? 50 : 16;
    for (int i = 0; i < kills; ++i) {
        // Half of them are killed while the command runs, which runs until perfwrap is gone, however slow the machine is.
        const bool while_it_runs = i % 2 == 1;
        const microseconds moment(moments(random));
        CAPTURE(i, moment.count(), while_it_runs);
        fs::remove(folder / "result.json");
        fs::remove(folder / "result.json.partial");
        fs::remove(told / "killed");
        Child child(
            {.argv = words(with_cgroups && i % 3 == 0, while_it_runs ? until_told : short_command), .folder = folder.path()});
        if (while_it_runs) await("a first checkpoint", [&] { return fs::exists(folder / "result.json.partial"); });
        std::this_thread::sleep_for(moment);
        const auto held = hold_still(child.pid());
        ::kill(child.pid(), SIGKILL);
        write_file(told / "killed", "");
        child.wait();  // until the command, which holds its streams, has ended by itself too
        for (const pid_t command : held.children) CHECK(becomes_true([&] { return !is_running(command); }));
        for (const auto program : held.programs) {
            CAPTURE(program);
            CHECK(becomes_true([&] { return !is_loaded(program); }));
        }
        check_files(folder);
        cgroups.insert(held.cgroups.begin(), held.cgroups.end());
        programs += held.programs.size();
        partials += fs::exists(folder / "result.json.partial") ? 1 : 0;
        for (const auto& name : folder.names()) hidden += is_hidden(name) ? 1 : 0;
    }
    fmt::print("held when killed: {} BPF programs, {} cgroups; {} partial results; {} files on their way to a name\n", programs,
               cgroups.size(), partials, hidden);
    CHECK(programs > 0);

    REQUIRE(run({.argv = words(with_cgroups, short_command), .folder = folder.path()}).code() == 0);
    for (const auto& cgroup : cgroups) {
        CAPTURE(cgroup);
        CHECK_FALSE(fs::exists(cgroup));
    }
    CHECK(folder.names() == std::set<std::string>{"result.json"});
}

}  // namespace perfwrap::test
