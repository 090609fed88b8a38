#include "tests/documents/markdown.hpp"

#include <fmt/format.h>

#include "exporters/result/metrics.hpp"
#include "exporters/text/accuracy_text.hpp"
#include "profiler/plan/plan.hpp"
#include "tests/support/host_examples.hpp"

namespace perfwrap {
namespace {

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
        const auto accuracy = accuracy_name((*plan)[metric].accuracy.kind);
        return wish.option.empty() ? std::string{accuracy} : fmt::format("{}, with `{}`", accuracy, wish.option);
    }
    return "not measured";
}

// A bar would end the cell.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) escaped.append(c == '|' ? "\\" : "").push_back(c);
    return escaped;
}

std::string synopsis(const HelpOption& option) {
    return fmt::format("{}{}{}{}{}", option.short_name, option.short_name.empty() ? "" : ", ", option.long_name,
                       option.value.empty() ? "" : " ", option.value);
}

}  // namespace

std::string metrics_as_markdown() {
    std::string table = "| metric | meaning | eBPF | procfs |\n|---|---|---|---|\n";
    for (const auto& info : metric_catalogue())
        table += fmt::format("| `{}` | {} | {} | {} |\n", info.key, info.meaning, accuracy_cell(SourceChoice::ebpf, info.metric),
                             accuracy_cell(SourceChoice::procfs, info.metric));
    return table;
}

std::string options_as_markdown(std::span<const HelpOption> options) {
    std::string table = "| option | meaning |\n|---|---|\n";
    for (const auto& option : options) table += fmt::format("| `{}` | {} |\n", cell(synopsis(option)), cell(option.meaning));
    return table;
}

std::string formats_as_markdown(std::span<const Exporter> formats) {
    std::string table = "| format | suffix | what it holds | what is lost |\n|---|---|---|---|\n";
    for (const auto& format : formats)
        table +=
            fmt::format("| `{}` | {} | {} | {} |\n", format.name, format.suffix.empty() ? "" : fmt::format("`{}`", format.suffix),
                        cell(format.description), cell(format.lost));
    return table;
}

}  // namespace perfwrap
