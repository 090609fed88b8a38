#include "tests/integration/support/run_perfwrap.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/integration/support/folders.hpp"

namespace perfwrap::test {
namespace {

std::string from_environment(const char* variable, const char* fallback) {
    const char* const value = std::getenv(variable);
    return value ? value : fallback;
}

Words joined(Words first, const Words& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

nlohmann::json read_json(const std::string& path) {
    const auto text = read_file(path);
    return text.empty() ? nlohmann::json() : nlohmann::json::parse(text);
}

}  // namespace

std::string perfwrap_path() { return from_environment("PERFWRAP", PERFWRAP_PATH); }
std::string workload_path() { return from_environment("WORKLOAD", WORKLOAD_PATH); }

Words perfwrap_words(Words options, const Words& command) {
    options.insert(options.begin(), {perfwrap_path(), "-q"});
    options.push_back("--");
    return joined(std::move(options), command);
}

Words workload_words(const Words& words) { return joined({workload_path()}, words); }

void errors_to(const std::string& path) {
    ::dup2(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
}

std::string until_perfwrap_said(const std::string& words, const std::string& path) {
    return until(fmt::format("grep -q '{}' '{}'", words, path));
}

std::string until(const std::string& condition) {
    constexpr auto* const script = R"(give_up=$(($(date +%s) + 120))
until {0}; do
  if [ $(date +%s) -gt $give_up ]; then echo "waited in vain until {0}" >&2; exit 99; fi
  sleep 0.01
done)";
    return fmt::format(script, condition);
}

Measured measure(const Words& options, const Words& command) {
    const TemporaryFolder folder;
    Measured measured{.ended = run({.argv = perfwrap_words(joined(options, {"-o", folder / "result.json"}), command)}),
                      .result = {},
                      .truth = {}};
    measured.result = read_json(folder / "result.json");
    return measured;
}

Measured measure_workload(const Words& options, const Words& workload, const std::string& cgroup) {
    const TemporaryFolder folder;
    auto command = workload_words(joined({"--truth", folder / "truth.json"}, workload));
    if (!cgroup.empty()) command = joined(workload_words({"--truth", folder / "launcher.json", "in-cgroup", cgroup}), command);
    auto measured = measure(options, command);
    measured.truth = read_json(folder / "truth.json");
    if (!cgroup.empty())
        measured.launcher_seconds_at_most = read_json(folder / "launcher.json").at("cpu_seconds_at_most").get<double>();
    return measured;
}

}  // namespace perfwrap::test
