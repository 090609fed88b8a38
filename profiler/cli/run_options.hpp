// The options of perfwrap run, the subcommand that may be left out.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "profiler/cli/option_values.hpp"
#include "profiler/cli/options_exit.hpp"
#include "profiler/plan/plan.hpp"

namespace perfwrap {

// What becomes of descendants that are alive when the command ends.
enum class Orphans : std::uint8_t { leave, wait, kill };

struct RunOptions {
    std::vector<std::string> command;  // never empty
    std::string benchmark_name;
    std::map<std::string, std::string> labels;
    std::vector<Output> outputs;
    std::size_t runs = 1;
    PlanOptions plan;
    Orphans orphans = Orphans::leave;
    std::optional<std::chrono::nanoseconds> timeout;
    std::optional<std::string> user;  // to run the command as: a name or number
    bool as_invoker = false;          // to run it as sudo's caller; never together with user
    bool record_arguments = true;
    std::size_t max_processes = 1000;
    std::optional<std::chrono::nanoseconds> checkpoint = std::chrono::seconds(30);  // how often; empty: never
    bool quiet = false;
};

// `arguments` are options and the command, without "run".
tl::expected<RunOptions, OptionsExit> parse_run_options(std::span<const std::string> arguments,
                                                        std::span<const OutputFormat> formats, std::string_view version);

}  // namespace perfwrap
