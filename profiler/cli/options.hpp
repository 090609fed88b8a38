// The command line as plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "profiler/cli/option_values.hpp"
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
    bool as_invoker = false;          // to run it as who called sudo; never with a user
    bool record_arguments = true;
    std::size_t max_processes = 1000;
    std::optional<std::chrono::nanoseconds> checkpoint = std::chrono::seconds(30);  // how often; empty: never
    bool quiet = false;
};

struct DoctorOptions {
    bool json = false;
};

using Options = std::variant<RunOptions, DoctorOptions>;

// Nothing to do: help or version for standard output with code 0, or a complaint for standard error with code 125.
struct OptionsExit {
    int code = 0;
    std::string text;  // complete, with its final newline
};

// `arguments` are argv without the program's own name. "doctor" and "run" are subcommands as the first argument only.
tl::expected<Options, OptionsExit> parse_options(std::span<const std::string> arguments, std::span<const OutputFormat> formats,
                                                 std::string_view version);

}  // namespace perfwrap
