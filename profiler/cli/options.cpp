#include "profiler/cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <numeric>

#include "exporters/text/text.hpp"
#include "probes/recording/command_name.hpp"
#include "profiler/cli/empty_values.hpp"
#include "profiler/cli/help.hpp"

namespace perfwrap {
namespace {

constexpr int own_failure = 125;
constexpr std::size_t most_runs = 10'000;

OptionsExit complaint(std::string_view what, std::string_view subcommand = "") {
    return {own_failure, fmt::format("perfwrap: {}\nTry 'perfwrap {}--help'.\n", printable(what, true), subcommand)};
}

// CLI11's list of options under our own headline.
class HelpFormatter : public CLI::Formatter {
public:
    HelpFormatter() { column_width(help_name_columns); }
    std::string make_usage(const CLI::App*, std::string) const override { return {}; }
    // CLI11 puts two blank lines between groups; without its leading one there is one.
    std::string make_group(std::string group, bool is_positional, std::vector<const CLI::Option*> options) const override {
        return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options)).substr(1);
    }
};

// Levenshtein's distance: how many letters to add, drop or change.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

// The known long option that `option` most likely meant; nothing if none is near.
std::optional<std::string> nearest_option(const CLI::App& app, std::string_view option) {
    const auto name = option.substr(0, option.find('='));
    if (!name.starts_with("--")) return std::nullopt;
    std::optional<std::string> nearest;
    std::size_t distance = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const auto* known : app.get_options())
        for (const auto& long_name : known->get_lnames()) {
            const auto candidate = "--" + long_name;
            const auto away = candidate.starts_with(name) ? 1 : edit_distance(name, candidate);
            if (away >= distance) continue;
            distance = away;
            nearest = candidate;
        }
    return nearest;
}

std::string unknown_option(const CLI::App& app, std::string_view option) {
    const auto nearest = nearest_option(app, option);
    return fmt::format("unknown option '{}'{}", option, nearest ? fmt::format("; did you mean {}?", *nearest) : "");
}

// An option with a value that `take` makes sense of; its complaint becomes CLI11's, with the option's name before it. Given
// twice, it is taken twice: the later one wins or adds to the first.
template <typename Take>
void add_value_option(CLI::App& app, const std::string& names, const std::string& value, Take take,
                      const std::string& description) {
    const auto long_name = names.substr(names.find("--"));
    const auto take_all = [long_name, take](const std::vector<std::string>& texts) {
        for (const auto& text : texts)
            if (const tl::expected<void, std::string> taken = take(text); !taken)
                throw CLI::ValidationError(fmt::format("{}: {}", long_name, taken.error()));
    };
    app.add_option_function<std::vector<std::string>>(names, take_all, description)
        ->type_name(value)
        ->option_text(value)
        ->allow_extra_args(false);
}

// What is left when the options are taken off: an unknown option first of all, or the command, perhaps behind "--".
tl::expected<std::vector<std::string>, OptionsExit> command_in(const CLI::App& app) {
    auto words = app.remaining();
    if (!words.empty() && words.front() == "--")
        words.erase(words.begin());
    else if (!words.empty() && words.front().size() > 1 && words.front().starts_with('-'))
        return tl::unexpected(complaint(unknown_option(app, words.front())));
    if (words.empty()) return tl::unexpected(complaint("no command given; usage: perfwrap [OPTIONS] [--] COMMAND [ARG...]"));
    return words;
}

// Runs CLI11 on the arguments; an exit if help, the version or a complaint is all there is to say.
std::optional<OptionsExit> parse(CLI::App& app, std::span<const std::string> arguments, std::string_view subcommand = "") {
    try {
        auto words = spell_empty_values(app, arguments);
        std::ranges::reverse(words);  // as CLI11 takes them
        app.parse(std::move(words));
        return std::nullopt;
    } catch (const CLI::CallForHelp&) {
        auto text = app.help();
        text.erase(text.find_last_not_of('\n') + 2);  // CLI11 ends it with several newlines
        return OptionsExit{0, std::move(text)};
    } catch (const CLI::CallForVersion&) {
        return OptionsExit{0, app.version() + "\n"};
    } catch (const CLI::ParseError& error) {
        return complaint(error.what(), subcommand);
    }
}

void add_result_options(CLI::App& app, RunOptions& options, std::span<const OutputFormat> formats) {
    app.option_defaults()->group("The result");
    add_value_option(
        app, "-o,--output", "[FORMAT:]PATH",
        [&options, formats](std::string_view text) {
            return parse_output(text, formats).map([&](Output output) { options.outputs.push_back(std::move(output)); });
        },
        "Write the result; repeatable. FORMAT from\nPATH's ending if not named; - is standard\noutput, JSON if not named");
    add_value_option(
        app, "-n,--name", "NAME",
        [&options](std::string_view text) -> tl::expected<void, std::string> {
            options.benchmark_name = text;
            return {};
        },
        "Name of the benchmark\n(default: that of the script or program)");
    add_value_option(
        app, "-l,--label", "KEY=VALUE",
        [&options](std::string_view text) {
            return parse_label(text).map(
                [&](auto label) { options.labels.insert_or_assign(std::move(label.first), std::move(label.second)); });
        },
        "Attach a label to the result; repeatable");
    app.add_flag_callback(
        "--no-arguments", [&options] { options.record_arguments = false; }, "Record program names, no arguments");
    add_value_option(
        app, "--max-processes", "N",
        [&options](std::string_view text) {
            return parse_count(text).map([&](std::size_t count) { options.max_processes = count; });
        },
        "Rows of the process table; the most expensive\nare kept, the rest is summed up (default: 1000)");
    add_value_option(
        app, "--checkpoint", "DURATION|off",
        [&options](std::string_view text) {
            return parse_checkpoint(text).map([&](auto checkpoint) { options.checkpoint = checkpoint; });
        },
        "Keep the result so far in PATH.partial, written\nanew this often (default: 30s)");
    app.add_flag("-q,--quiet", options.quiet, "No summary on standard error, nor its warnings");
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
        "Run COMMAND so many times, one after the\nother, and report medians; a run that fails\nends the series (default: 1)");
    add_value_option(
        app, "--source", "auto|ebpf|procfs",
        [&plan](std::string_view text) {
            return parse_choice<SourceChoice>(
                       text, {{"auto", SourceChoice::automatic}, {"ebpf", SourceChoice::ebpf}, {"procfs", SourceChoice::procfs}})
                .map([&](SourceChoice choice) { plan.source = choice; });
        },
        "Where numbers come from; a named source that\ncannot work here is an error (default: auto,\nthe most exact that works)");
    add_value_option(
        app, "--interval", "DURATION",
        [&plan](std::string_view text) { return parse_interval(text).map([&](auto interval) { plan.interval = interval; }); },
        "Resolution of the timeline and of what is\nsampled (default: 10ms with eBPF, adaptive\nwith procfs)");
    app.add_flag("--exact-memory", plan.exact_memory,
                 "Follow every memory event, and physical memory\n(anon_peak_bytes) too; implies --cgroup; costs\nmore");
    app.add_flag("--cgroup", plan.cgroup,
                 "Run COMMAND in a memory cgroup of its own, for\ncgroup_memory_peak_bytes; COMMAND can see it");
}

void add_command_options(CLI::App& app, RunOptions& options) {
    app.option_defaults()->group("The command");
    add_value_option(
        app, "--orphans", "leave|wait|kill",
        [&options](std::string_view text) {
            return parse_choice<Orphans>(text, {{"leave", Orphans::leave}, {"wait", Orphans::wait}, {"kill", Orphans::kill}})
                .map([&](Orphans choice) { options.orphans = choice; });
        },
        "Descendants alive when COMMAND ends are left\nalone, waited for (and measured) or killed\n(default: leave)");
    add_value_option(
        app, "--timeout", "DURATION",
        [&options](std::string_view text) { return parse_duration(text).map([&](auto timeout) { options.timeout = timeout; }); },
        "End COMMAND and its descendants after this\ntime: SIGTERM, 5 s later SIGKILL; exit code 124");
    add_value_option(
        app, "--user", "NAME",
        [&options](std::string_view text) -> tl::expected<void, std::string> {
            if (text.empty()) return tl::unexpected<std::string>("the name is empty");
            options.user = text;
            return {};
        },
        "Run COMMAND as this user, with the groups, HOME\nand USER that sudo would give it; needs root");
    app.add_flag("--as-invoker", options.as_invoker,
                 "Run COMMAND as the user who called sudo, whose\nthe outputs become; needs root");
}

tl::expected<Options, OptionsExit> parse_run(std::span<const std::string> arguments, std::span<const OutputFormat> formats,
                                             std::string_view version) {
    RunOptions options;
    CLI::App app{std::string{help_usage}, "perfwrap"};
    app.formatter(std::make_shared<HelpFormatter>());
    app.prefix_command();  // the command's own options are none of ours
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
        return tl::unexpected(complaint("--user and --as-invoker name two users for one command; give one of them"));
    if (options.benchmark_name.empty())
        options.benchmark_name =
            default_benchmark_name(std::span(options.command).first(options.record_arguments ? options.command.size() : 1));
    return options;
}

tl::expected<Options, OptionsExit> parse_doctor(std::span<const std::string> arguments) {
    DoctorOptions options;
    CLI::App app{std::string{doctor_help_usage}, "perfwrap doctor"};
    app.formatter(std::make_shared<HelpFormatter>());
    app.set_help_flag("-h,--help", "Print this help");
    app.add_flag("--json", options.json, "Print JSON");
    app.allow_extras();

    if (auto exit = parse(app, arguments, "doctor ")) return tl::unexpected(std::move(*exit));
    if (app.remaining_size() == 0) return options;
    const auto extra = app.remaining().front();
    return tl::unexpected(complaint(
        extra.starts_with('-') ? unknown_option(app, extra)
                               : fmt::format("doctor takes no '{}'; to run a command of that name: perfwrap -- doctor", extra),
        "doctor "));
}

}  // namespace

tl::expected<Options, OptionsExit> parse_options(std::span<const std::string> arguments, std::span<const OutputFormat> formats,
                                                 std::string_view version) {
    if (arguments.empty()) return parse_run(arguments, formats, version);
    if (arguments.front() == "doctor") return parse_doctor(arguments.subspan(1));
    return parse_run(arguments.front() == "run" ? arguments.subspan(1) : arguments, formats, version);
}

}  // namespace perfwrap
