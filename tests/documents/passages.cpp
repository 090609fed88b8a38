#include "tests/documents/passages.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "exporters/registry.hpp"
#include "profiler/cli/options.hpp"
#include "tests/documents/completion.hpp"
#include "tests/documents/help_options.hpp"
#include "tests/documents/manual.hpp"
#include "tests/documents/markdown.hpp"

namespace perfwrap {
namespace {

// Those that most people need, for the README.
constexpr std::array<std::string_view, 10> common_options{"--output", "--runs",         "--name",    "--quiet",   "--source",
                                                          "--cgroup", "--exact-memory", "--orphans", "--timeout", "--as-invoker"};

std::vector<HelpOption> options_of(const std::vector<std::string>& arguments) {
    const auto help = parse_options(arguments, {}, "0");
    if (help) throw std::logic_error("--help is not a help text");
    return options_in(help.error().text);
}

std::vector<HelpOption> named(std::span<const std::string_view> names, std::span<const HelpOption> options) {
    std::vector<HelpOption> chosen;
    for (const auto name : names) {
        const auto option = std::ranges::find(options, name, &HelpOption::long_name);
        if (option == options.end()) throw std::logic_error(std::string(name) + " is not an option any more");
        chosen.push_back(*option);
    }
    return chosen;
}

}  // namespace

std::vector<Passage> passages() {
    const auto run = options_of({"--help"});
    const auto doctor = options_of({"doctor", "--help"});
    return {
        {"README.md", "options", options_as_markdown(named(common_options, run))},
        {"probes/README.md", "metrics", metrics_as_markdown()},
        {"profiler/README.md", "options", options_as_markdown(run)},
        {"exporters/README.md", "formats", formats_as_markdown(exporters())},
        {"scripts/packaging/perfwrap.1", "options", options_as_mdoc(run)},
        {"scripts/packaging/perfwrap.1", "formats", formats_as_mdoc(exporters())},
        {"scripts/packaging/perfwrap.bash", "words", words_for_bash(run, doctor, exporters())},
    };
}

}  // namespace perfwrap
