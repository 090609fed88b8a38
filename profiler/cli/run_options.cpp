#include "profiler/cli/run_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "probes/recording/command_name.hpp"
#include "profiler/cli/help.hpp"
#include "profiler/cli/parser.hpp"
#include "profiler/cli/spelling.hpp"

namespace perfwrap {
namespace {

constexpr std::size_t most_runs = 10'000;

void add_result_options(CLI::App& app, RunOptions& options, std::span<const OutputFormat> formats) {
    app.option_defaults()->group("The result");
    add_value_option(
        app, "-o,--output", "[FORMAT:]PATH",
        [&options, formats](std::string_view text) {
            return parse_output(text, formats).map([&](Output output) { options.outputs.push_back(std::move(output)); });
        },
        "Write the result; repeatable. Without FORMAT,\nPATH's suffix selects it; - is standard output,\nas JSON by default");
    add_value_option(
        app, "-n,--name", "NAME",
        [&options](std::string_view text) -> tl::expected<void, std::string> {
            if (text.empty())
                return tl::unexpected<std::string>(
                    "the name is empty: write a name, or leave the option out for that of the script or program");
            options.benchmark_name = text;
            return {};
        },
        "Name of the benchmark (default: the name of the\nscript or program)");
    add_value_option(
        app, "-l,--label", "KEY=VALUE",
        [&options](std::string_view text) {
            return parse_label(text).map(
                [&](auto label) { options.labels.insert_or_assign(std::move(label.first), std::move(label.second)); });
        },
        "Attach a label to the result; repeatable");
    app.add_flag_callback(
        "--no-arguments", [&options] { options.record_arguments = false; },
        "Record the names of programs, but not their\narguments");
    add_value_option(
        app, "--max-processes", "N",
        [&options](std::string_view text) {
            return parse_count(text).map([&](std::size_t count) { options.max_processes = count; });
        },
        "Rows of the process table; the most expensive\nprocesses are kept, the rest are summed up\n(default: 1000)");
    add_value_option(
        app, "--checkpoint", "DURATION|off",
        [&options](std::string_view text) {
            return parse_checkpoint(text).map([&](auto checkpoint) { options.checkpoint = checkpoint; });
        },
        "Write the result so far to PATH.partial this\noften (default: 30s)");
    app.add_flag("-q,--quiet", options.quiet, "No summary on standard error, and no warnings");
}

void add_measuring_options(CLI::App& app, RunOptions& options) {
    auto& plan = options.plan;
    app.option_defaults()->group("Measuring");
    add_value_option(
        app, "-r,--runs", "N",
        [&options](std::string_view text) -> tl::expected<void, std::string> {
            const auto count = parse_count(text);
            if (!count) return tl::unexpected(count.error());
            if (*count == 0 || *count > most_runs)
                return tl::unexpected(fmt::format("'{}' is not a number of runs from 1 to {}", text, most_runs));
            options.runs = *count;
            return {};
        },
        "Run COMMAND N times, one after the other, and\nreport medians; a run that fails ends the\nseries (default: 1)");
    add_value_option(
        app, "--source", "auto|ebpf|procfs",
        [&plan](std::string_view text) {
            return parse_choice<SourceChoice>(
                       text, {{"auto", SourceChoice::automatic}, {"ebpf", SourceChoice::ebpf}, {"procfs", SourceChoice::procfs}})
                .map([&](SourceChoice choice) { plan.source = choice; });
        },
        "Where the numbers come from (default: auto, the\nmost exact source that works); naming a source\n"
        "that cannot work here is an error");
    add_value_option(
        app, "--interval", "DURATION",
        [&plan](std::string_view text) { return parse_interval(text).map([&](auto interval) { plan.interval = interval; }); },
        "Resolution of the timeline, and time between\nsamples (default: 10ms with eBPF, adaptive with\nprocfs)");
    app.add_flag("--exact-memory", plan.exact_memory,
                 "Follow every change of memory, and of physical\nmemory (anon_peak_bytes) too; implies --cgroup;\nslows page "
                 "faults down");
    app.add_flag("--cgroup", plan.cgroup,
                 "Run COMMAND in a memory cgroup of its own, for\ncgroup_memory_peak_bytes and physical "
                 "memory\n(anon_peak_bytes); COMMAND can see it");
}

void add_command_options(CLI::App& app, RunOptions& options) {
    app.option_defaults()->group("The command");
    add_value_option(
        app, "--orphans", "leave|wait|kill",
        [&options](std::string_view text) {
            return parse_choice<Orphans>(text, {{"leave", Orphans::leave}, {"wait", Orphans::wait}, {"kill", Orphans::kill}})
                .map([&](Orphans choice) { options.orphans = choice; });
        },
        "What happens to descendants that are alive when\nCOMMAND ends: left alone, waited for (and\n"
        "measured), or killed (default: leave)");
    add_value_option(
        app, "--timeout", "DURATION",
        [&options](std::string_view text) { return parse_duration(text).map([&](auto timeout) { options.timeout = timeout; }); },
        "End COMMAND and its descendants after this\ntime: SIGTERM, and SIGKILL 5 s later; exit code\n124");
    add_value_option(
        app, "--user", "NAME",
        [&options](std::string_view text) -> tl::expected<void, std::string> {
            if (text.empty()) return tl::unexpected<std::string>("the name is empty");
            options.user = text;
            return {};
        },
        "Run COMMAND as this user, with the groups, HOME\nand USER that sudo would give it; needs root");
    app.add_flag("--as-invoker", options.as_invoker,
                 "Run COMMAND as the user who called sudo, who\nwill own the outputs; needs root");
}

// What is left after the options: the command, perhaps after "--", or an unknown option.
tl::expected<std::vector<std::string>, OptionsExit> command_in(const CLI::App& app) {
    auto words = app.remaining();
    if (!words.empty() && words.front() == "--")
        words.erase(words.begin());
    else if (!words.empty() && words.front().size() > 1 && words.front().starts_with('-'))
        return tl::unexpected(complaint(unknown_option(words.front(), long_options(app))));
    if (words.empty()) return tl::unexpected(complaint("no command given; usage: perfwrap [OPTIONS] [--] COMMAND [ARG...]"));
    return words;
}

}  // namespace

tl::expected<RunOptions, OptionsExit> parse_run_options(std::span<const std::string> arguments,
                                                        std::span<const OutputFormat> formats, std::string_view version) {
    RunOptions options;
    CLI::App app{std::string{help_usage}, "perfwrap"};
    app.formatter(help_formatter());
    app.prefix_command();  // the command's options are its own
    add_result_options(app, options, formats);
    add_measuring_options(app, options);
    add_command_options(app, options);
    app.option_defaults()->group("Help");
    app.set_help_flag("-h,--help", "Print this help");
    app.set_version_flag("--version", fmt::format("perfwrap {}", version), "Print the version");
    app.footer([formats] { return help_footer(formats); });

    if (auto exit = parse(app, arguments)) return tl::unexpected(std::move(*exit));
    auto command = command_in(app);
    if (!command) return tl::unexpected(std::move(command.error()));
    options.command = std::move(*command);
    if (options.user && options.as_invoker)
        return tl::unexpected(complaint("--user and --as-invoker cannot be combined: each names the user of the command"));
    if (options.benchmark_name.empty())
        options.benchmark_name =
            default_benchmark_name(std::span(options.command).first(options.record_arguments ? options.command.size() : 1));
    return options;
}

}  // namespace perfwrap
