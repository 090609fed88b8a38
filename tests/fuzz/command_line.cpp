// A whole command line; a NUL ends each argument.
#include <algorithm>
#include <array>

#include "profiler/cli/options.hpp"
#include "tests/fuzz/fields.hpp"
#include "tests/fuzz/foreign_text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

constexpr std::array formats{OutputFormat{"json", ".json", "all"}, OutputFormat{"prometheus", ".prom", "gauges"}};

auto parse(const std::vector<std::string>& arguments) { return parse_options(arguments, formats, "1.0"); }

void check_exit(const OptionsExit& exit) {
    require(exit.code == 0 || exit.code == 125, "the result is help or an error");
    require(exit.text.ends_with('\n'), "a text ends with its newline");
    require(leaves_terminal_alone(exit.text), "no part of a command line reaches the terminal unescaped");
    require(exit.code == 0 || std::ranges::count(exit.text, '\n') == 2, "an error is one line, followed by one with the remedy");
}

// Another spelling of the same options.
std::vector<std::string> spelled_out(const RunOptions& options) {
    constexpr std::array sources{"auto", "ebpf", "procfs"};
    constexpr std::array orphans{"leave", "wait", "kill"};
    std::vector<std::string> words{"run",
                                   "--name=overridden",
                                   "-n",
                                   options.benchmark_name,
                                   "--max-processes",
                                   std::to_string(options.max_processes),
                                   "-r",
                                   std::to_string(options.runs)};
    for (const auto& output : options.outputs) words.insert(words.end(), {"--output", output.format + ":" + output.path});
    for (const auto& [name, value] : options.labels) words.insert(words.end(), {"-l", name + "=" + value});
    words.insert(words.end(), {"--source", sources.at(static_cast<std::size_t>(options.plan.source))});
    words.push_back(std::string("--orphans=") + orphans.at(static_cast<std::size_t>(options.orphans)));
    if (options.plan.cgroup) words.emplace_back("--cgroup");
    if (options.plan.exact_memory) words.emplace_back("--exact-memory");
    if (!options.record_arguments) words.emplace_back("--no-arguments");
    if (options.quiet) words.emplace_back("-q");
    words.emplace_back("--");
    words.insert(words.end(), options.command.begin(), options.command.end());
    return words;
}

void check_run(const RunOptions& options, const std::vector<std::string>& arguments) {
    require(!options.command.empty(), "there is a command");
    require(!options.benchmark_name.empty(), "there is a name");
    require(options.command.size() <= arguments.size() &&
                std::equal(options.command.rbegin(), options.command.rend(), arguments.rbegin()),
            "the command is the end of the command line, untouched");

    const auto again = parse(spelled_out(options));
    require(again && std::holds_alternative<RunOptions>(*again), "options that were read can be spelled out");
    const auto& other = std::get<RunOptions>(*again);
    const auto same_output = [](const Output& a, const Output& b) { return a.format == b.format && a.path == b.path; };
    require(other.command == options.command && other.benchmark_name == options.benchmark_name &&
                other.labels == options.labels && other.max_processes == options.max_processes && other.runs == options.runs &&
                std::ranges::equal(other.outputs, options.outputs, same_output) && other.plan.source == options.plan.source &&
                other.plan.cgroup == options.plan.cgroup && other.plan.exact_memory == options.plan.exact_memory &&
                other.orphans == options.orphans && other.record_arguments == options.record_arguments &&
                other.quiet == options.quiet,
            "options are unchanged after they were spelled out and read");
}

}  // namespace

void command_line(std::string_view input) {
    std::vector<std::string> arguments;
    for (Fields fields(input); !fields.empty();) arguments.push_back(fields.text());
    const auto options = parse(arguments);
    if (!options)
        check_exit(options.error());
    else if (const auto* run = std::get_if<RunOptions>(&*options))
        check_run(*run, arguments);
}

}  // namespace perfwrap::fuzz
