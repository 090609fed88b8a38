// Runs perfwrap as a user would and reads back what it wrote.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/integration/support/child.hpp"
#include "tests/support/sanitized.hpp"

namespace perfwrap::test {

using Words = std::vector<std::string>;

// With eBPF, if it is available, and without it.
inline const Words sources{"auto", "procfs"};

// $PERFWRAP and $WORKLOAD in the environment, otherwise the programs that were built with the tests.
std::string perfwrap_path();
std::string workload_path();

// perfwrap -q OPTIONS -- COMMAND
Words perfwrap_words(Words options, const Words& command);
// workload WORDS
Words workload_words(const Words& words);

// Before exec: standard error goes to a file.
void errors_to(const std::string& path);
// For sh: waits until perfwrap, whose standard error goes to that file, has written something; gives up after two minutes.
std::string until_perfwrap_said(const std::string& words, const std::string& path);
// For sh: the same for another condition, which is named in the message if it does not become true.
std::string until(const std::string& condition);

// Tolerance for CPU time compared with what a process reports about itself. Its clock includes the time between fork and exec,
// which is perfwrap's own and not measured.
inline constexpr double cpu_tolerance = sanitized ? 0.1 : 0.02;

struct Measured {
    Ended ended;
    nlohmann::json result;                // null if perfwrap wrote none
    nlohmann::json truth;                 // what the workload reports about itself, null if it reports nothing
    double launcher_seconds_at_most = 0;  // CPU time of the command before it entered its own cgroup

    const nlohmann::json& run() const { return result.at("runs").at(0); }
    // Throws if the metric was not measured.
    double metric(const std::string& key) const { return run().at("metrics").at(key).get<double>(); }
};

// Any command, with `-o result.json` in a temporary folder.
Measured measure(const Words& options, const Words& command);

// A workload that writes its truth, optionally moved into a cgroup ("" for none) before it begins.
Measured measure_workload(const Words& options, const Words& workload, const std::string& cgroup = "");

}  // namespace perfwrap::test
