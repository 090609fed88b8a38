// Runs perfwrap as a user would and reads back what it wrote.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/integration/support/child.hpp"
#include "tests/support/sanitized.hpp"

namespace perfwrap::test {

using Words = std::vector<std::string>;

// With eBPF where it can be had, and without it.
inline const Words sources{"auto", "procfs"};

// $PERFWRAP and $WORKLOAD in the environment, else the ones that were built with the tests.
std::string perfwrap_path();
std::string workload_path();

// perfwrap -q OPTIONS -- COMMAND
Words perfwrap_words(Words options, const Words& command);
// workload WORDS
Words workload_words(const Words& words);

// Before exec: standard error goes to a file.
void errors_to(const std::string& path);
// For sh: waits until perfwrap, whose errors go to that file, has said something; gives the command up after two minutes.
std::string until_perfwrap_said(const std::string& words, const std::string& path);
// For sh: the same for any condition of its own, which is named where it does not come true.
std::string until(const std::string& condition);

// Of CPU time against what a process says of itself, which knows of its time between fork and exec: perfwrap's, and not measured.
inline constexpr double cpu_tolerance = sanitized ? 0.1 : 0.02;

struct Measured {
    Ended ended;
    nlohmann::json result;                // null if perfwrap wrote none
    nlohmann::json truth;                 // what the workload says of itself, null if it says nothing
    double launcher_seconds_at_most = 0;  // CPU of the command before it was in the cgroup of its own

    const nlohmann::json& run() const { return result.at("runs").at(0); }
    // Throws if the metric was not measured.
    double metric(const std::string& key) const { return run().at("metrics").at(key).get<double>(); }
};

// Any command, with `-o result.json` in a temporary folder.
Measured measure(const Words& options, const Words& command);

// A workload that writes its truth, optionally moved into a cgroup ("" for none) before it begins.
Measured measure_workload(const Words& options, const Words& workload, const std::string& cgroup = "");

}  // namespace perfwrap::test
