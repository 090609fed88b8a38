// What people read about perfwrap agrees with perfwrap: README, manual page and bash completion.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "exporters/registry.hpp"
#include "exporters/result/metrics.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/plan/plan.hpp"
#include "tests/support/host_examples.hpp"

namespace perfwrap {
namespace {

std::string read_source_file(const std::string& path) {
    std::ifstream file(std::string{PERFWRAP_SOURCE_DIR} + "/" + path);
    INFO(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string between(const std::string& text, std::string_view from, std::string_view to) {
    const auto before = text.find(from);
    REQUIRE(before != std::string::npos);
    const auto begin = before + from.size();
    const auto end = text.find(to, begin);
    REQUIRE(end != std::string::npos);
    return text.substr(begin, end - begin);
}

HostFacts host_that_allows_everything() {
    auto host = privileged_host();
    host.memcg_events = true;
    return host;
}

// How exact a metric is on a host that allows everything, and the option that it takes.
std::string accuracy_cell(SourceChoice source, Metric metric) {
    struct Wish {
        std::string_view option;
        bool cgroup;
        bool exact_memory;
    };
    for (const auto& wish : {Wish{"", false, false}, Wish{"--cgroup", true, false}, Wish{"--exact-memory", false, true}}) {
        PlanOptions options;
        options.source = source;
        options.cgroup = wish.cgroup;
        options.exact_memory = wish.exact_memory;
        const auto plan = make_plan(host_that_allows_everything(), options);
        if (!plan || !(*plan)[metric].measured) continue;
        const auto accuracy = accuracy_name((*plan)[metric].accuracy);
        return wish.option.empty() ? std::string{accuracy} : fmt::format("{}, with `{}`", accuracy, wish.option);
    }
    return "not measured";
}

std::string metrics_as_markdown() {
    std::string table = "| metric | meaning | eBPF | procfs |\n|---|---|---|---|\n";
    for (const auto& info : metric_catalogue())
        table += fmt::format("| `{}` | {} | {} | {} |\n", info.key, info.meaning, accuracy_cell(SourceChoice::ebpf, info.metric),
                             accuracy_cell(SourceChoice::procfs, info.metric));
    return table;
}

std::set<std::string> long_options_of(const std::vector<std::string>& arguments) {
    const auto help = parse_options(arguments, {}, "0");
    REQUIRE_FALSE(help.has_value());
    static const std::regex option_line{R"(\n +(?:-\w,)? *--([a-z-]+))"};
    std::set<std::string> names;
    for (std::sregex_iterator match(help.error().text.begin(), help.error().text.end(), option_line), none; match != none;
         ++match)
        names.insert((*match)[1]);
    return names;
}

std::set<std::string> all_long_options() {
    auto names = long_options_of({"--help"});
    names.merge(long_options_of({"doctor", "--help"}));
    REQUIRE(names.contains("output"));
    REQUIRE(names.contains("json"));
    return names;
}

TEST_CASE("the README's table of metrics says what the catalogue and the plan say") {
    const auto in_readme = between(read_source_file("README.md"), "<!-- metrics -->\n", "<!-- /metrics -->");
    const auto table = metrics_as_markdown();
    if (in_readme != table) std::ofstream(PERFWRAP_METRICS_TABLE) << table;
    INFO("the table to put between the README's markers is now in " PERFWRAP_METRICS_TABLE);
    CHECK(in_readme == table);
}

TEST_CASE("every option is in the README, the manual page and the completion") {
    const auto readme = read_source_file("README.md");
    const auto manual = read_source_file("scripts/packaging/perfwrap.1");
    const auto completion = read_source_file("scripts/packaging/perfwrap.bash");
    for (const auto& name : all_long_options()) {
        INFO("--" << name);
        CHECK(std::regex_search(readme, std::regex("--" + name + "\\b")));
        CHECK(std::regex_search(manual, std::regex("\\\\-" + name + "\\b")));
        CHECK(std::regex_search(completion, std::regex("--" + name + "\\b")));
    }
}

TEST_CASE("every output format is in the README, the manual page and the completion") {
    const auto readme = read_source_file("README.md");
    const auto manual = read_source_file("scripts/packaging/perfwrap.1");
    const auto formats_completed = between(read_source_file("scripts/packaging/perfwrap.bash"), "local formats=\"", "\"");
    for (const auto& format : exporters()) {
        INFO(format.name);
        CHECK(readme.find(fmt::format("`{}`", format.name)) != std::string::npos);
        CHECK(std::regex_search(manual, std::regex(fmt::format("\\.Cm {}\\b", format.name))));
        CHECK((" " + formats_completed + " ").find(fmt::format(" {} ", format.name)) != std::string::npos);
    }
}

}  // namespace
}  // namespace perfwrap
