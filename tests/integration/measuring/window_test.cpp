// What happens after the measured window is no part of the run, however late perfwrap notices that it has closed.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>

#include "exporters/json/result_reader.hpp"
#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/properties/properties.hpp"

namespace perfwrap::test {
namespace {

// perfwrap is stopped when its command ends. A descendant then starts another process, which ends with 7, and says so.
Result measured_late(const std::string& source) {
    const TemporaryFolder folder;
    Gate gate;
    const auto descendant =
        fmt::format("{}; while read -r pid name state rest </proc/$C/stat; [ $state != Z ]; do :; done; {} exit 7; echo over",
                    Gate::wait, workload_path());
    Child perfwrap({.argv = perfwrap_words(
                        {"--source", source, "-o", folder / "result.json"},
                        {"sh", "-c", fmt::format("export C=$$; sh -c '{}' & echo $!; {}; exit 0", descendant, Gate::wait)}),
                    .before_exec = [&] { gate.hand_over(); }});
    const auto pid = std::stoi(perfwrap.read_line());
    await("the descendant's exec",
          [&] { return read_file(fmt::format("/proc/{}/cmdline", pid)).find("over") != std::string::npos; });
    ::kill(perfwrap.pid(), SIGSTOP);
    await("perfwrap's stop", [&] { return state_of(perfwrap.pid()) == 'T'; });
    gate.open();
    CHECK(perfwrap.read_line() == "over");
    await("the descendant's end", [&] { return !is_running(pid); });
    ::usleep(20'000);  // later than perfwrap is on a busy machine
    ::kill(perfwrap.pid(), SIGCONT);
    CHECK(perfwrap.wait().code() == 0);
    const auto result = read_result(read_file(folder / "result.json"));
    REQUIRE(result);
    return *result;
}

}  // namespace

TEST_CASE("what outlives the command is alive in the result, and what starts later is not in it", "[privileged]") {
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto result = measured_late(source);
        const auto& run = result.runs.front();
        CHECK(lives_out_of_the_window(result, run) == Violations{});
        CHECK(rows_that_are_not_the_tree(result, run) == Violations{});
        if (source != "ebpf") continue;  // only the kernel knows when they started and ended
        CHECK(run.metrics[Metric::processes_started] == 2);
        CHECK(run.metrics[Metric::threads_started] == 2);
        REQUIRE(run.processes.recorded.size() == 2);
        CHECK(std::ranges::count_if(run.processes.recorded,
                                    [](const ProcessRow& row) { return !row.end_seconds && !row.exit; }) == 1);
    }
}

}  // namespace perfwrap::test
