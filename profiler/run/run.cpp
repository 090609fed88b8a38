#include "profiler/run/run.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporters/screen/summary.hpp"
#include "exporters/text/text.hpp"
#include "probes/ebpf/bpf_programs.hpp"
#include "probes/ebpf/ebpf_probe.hpp"
#include "probes/host/cgroup.hpp"
#include "probes/host/host_facts.hpp"
#include "probes/procfs/procfs_probe.hpp"
#include "profiler/output/complaint.hpp"
#include "profiler/output/outputs.hpp"
#include "profiler/output/writer.hpp"
#include "profiler/plan/plan.hpp"
#include "profiler/session/checkpoints.hpp"
#include "profiler/session/session.hpp"
#include "profiler/session/signals.hpp"
#include "profiler/summarize/summarize.hpp"

namespace perfwrap {
namespace {

constexpr int own_failure = 125;
constexpr int timed_out_code = 124;

// Who the command is to be; none: who perfwrap is.
tl::expected<std::optional<Identity>, std::string> identity_of(const RunOptions& options) {
    if (options.user) return find_user(*options.user);
    if (options.as_invoker) return find_invoker(sudo_variables());
    return std::nullopt;
}

Inherited for_command(Inherited inherited, const std::optional<Identity>& identity) {
    if (identity) inherited.environment = environment_of(*identity, std::move(inherited.environment));
    return inherited;
}

// What is open while the command runs, in the order in which it is made.
struct Prepared {
    Plan plan;
    std::optional<MemoryCgroup> cgroup;
    std::unique_ptr<Probe> probe;
};

tl::expected<std::unique_ptr<Probe>, std::string> make_probe(const Plan& plan, std::uint64_t cgroup_id, const RunOptions& options,
                                                             const FileCapabilities& capabilities) {
    const FileCapabilities::Raised raised(capabilities);
    if (plan.mode == Mode::procfs)
        return make_procfs_probe({.finest_interval = plan.adaptive_interval ? std::chrono::milliseconds(1) : plan.interval,
                                  .adaptive_interval = plan.adaptive_interval,
                                  .sample_pss = plan.sample_pss,
                                  .max_processes = options.max_processes});
    return make_ebpf_probe({.interval_ns = static_cast<std::uint64_t>(plan.interval.count()),
                            .max_processes = options.max_processes,
                            .sample_pss = plan.sample_pss,
                            .cgroup_id = plan.physical_memory ? cgroup_id : 0,
                            .hide_strangers = capabilities.given(),
                            .waits_for_orphans = options.orphans == Orphans::wait,
                            .every_memory_event = plan.every_memory_event});
}

std::uint64_t inode_of(const std::string& directory) {
    struct stat status {};
    return stat(directory.c_str(), &status) == 0 ? status.st_ino : 0;
}

// A plan whose probe works: where the kernel refuses eBPF and the user left the choice, the plan is made again with that fact.
tl::expected<Prepared, std::string> prepare(HostFacts& facts, const RunOptions& options, const FileCapabilities& capabilities) {
    if (options.plan.exact_memory) facts.memcg_events = kernel_has_tracepoint("mod_memcg_lruvec_state");
    std::optional<MemoryCgroup> cgroup;
    while (true) {
        auto plan = make_plan(facts, options.plan);
        if (!plan) return tl::unexpected(plan.error());
        if (plan->own_cgroup && !cgroup) {
            auto created = MemoryCgroup::create();
            if (!created) return tl::unexpected(created.error());
            cgroup.emplace(std::move(*created));
        }
        auto probe = make_probe(*plan, cgroup ? inode_of(cgroup->directory()) : 0, options, capabilities);
        if (probe) {
            facts.faults_told_late = (*probe)->faults_told_late();
            return Prepared{*make_plan(facts, options.plan), std::move(cgroup), std::move(*probe)};
        }
        if (plan->mode == Mode::procfs) return tl::unexpected(probe.error());
        facts.bpf_refusal = probe.error();
    }
}

std::vector<std::string> warnings_of(const Recording& recording, const Plan& plan, const Measurement& measurement) {
    std::vector<std::string> warnings;
    if (plan.fallback_reason)
        warnings.push_back(fmt::format("measured through /proc, less exactly than eBPF would: {}{}", *plan.fallback_reason,
                                       plan.remedy ? fmt::format("; to change that: {}", *plan.remedy) : ""));
    if (!recording.orphans.empty()) {
        constexpr std::size_t named = 5;
        std::string names;
        for (const auto& orphan : std::span(recording.orphans).first(std::min(named, recording.orphans.size())))
            names += (names.empty() ? "" : ", ") + orphan;
        if (recording.orphans.size() > named) names += fmt::format(" and {} more", recording.orphans.size() - named);
        warnings.push_back(
            fmt::format("alive after the command's end: {}; what they used until then is counted (see --orphans)", names));
    }
    if (measurement.lost_events != 0)
        warnings.push_back(
            fmt::format("{} events were lost: the process table, or figures of memory, CPU or processes, may be incomplete",
                        measurement.lost_events));
    return warnings;
}

Result result_of(const RunOptions& options, const HostFacts& facts, const Plan& plan, const Recording& recording) {
    Result result;
    result.perfwrap_version = PERFWRAP_VERSION;
    std::error_code no_directory;
    result.benchmark = {.name = options.benchmark_name,
                        .command = options.record_arguments ? options.command : std::vector{options.command.front()},
                        .working_directory = std::filesystem::current_path(no_directory).string(),
                        .labels = options.labels};
    result.host = {.hostname = facts.hostname,
                   .kernel = facts.kernel,
                   .cpu_model = facts.cpu_model,
                   .cpus = facts.cpus,
                   .memory_bytes = facts.memory_bytes};
    result.runs.push_back(summarize(recording, 0, {.record_arguments = options.record_arguments}));
    result.measurement = describe_measurement(plan, std::span(&recording, 1), result.runs);
    result.summary = statistics(result.runs);
    result.warnings = warnings_of(recording, plan, result.measurement);
    return result;
}

SummaryStyle style_of_terminal() {
    SummaryStyle style;
    const bool terminal = isatty(STDERR_FILENO) == 1;
    const char* no_colour = std::getenv("NO_COLOR");
    const char* kind = std::getenv("TERM");
    style.colour =
        terminal && (no_colour == nullptr || *no_colour == '\0') && (kind == nullptr || std::string_view(kind) != "dumb");
    style.sparklines = terminal;
    for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* locale = std::getenv(variable);
        if (locale == nullptr || *locale == '\0') continue;
        const std::string_view name(locale);
        style.unicode = name != "C" && name != "POSIX";
        break;
    }
    winsize size{};
    if (terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
    return style;
}

void add_cgroup_figures(Recording& recording, const std::optional<MemoryCgroup>& cgroup) {
    if (!cgroup) return;
    recording.seen.memory.cgroup_peak_bytes = cgroup->peak_bytes();
    if (!recording.seen.totals.oom_kills) recording.seen.totals.oom_kills = cgroup->oom_kills();
}

int exit_code(const Recording& recording, bool all_written) {
    if (recording.timed_out) return timed_out_code;
    const int status = recording.wait_status.value_or(0);
    const int command_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return command_code == 0 && !all_written ? own_failure : command_code;
}

}  // namespace

HostFacts try_host(const FileCapabilities& capabilities) {
    HostFacts facts = gather_host_facts();
    if (!facts.capability_bpf || !facts.kernel_btf) return facts;
    facts.memcg_events = kernel_has_tracepoint("mod_memcg_lruvec_state");
    const FileCapabilities::Raised raised(capabilities);
    if (const auto probe = make_ebpf_probe({}))
        facts.faults_told_late = (*probe)->faults_told_late();
    else
        facts.bpf_refusal = probe.error();
    return facts;
}

int run(const RunOptions& options, const Inherited& inherited, FileCapabilities& capabilities) {
    const auto identity = identity_of(options);
    if (!identity) {
        complain(identity.error());
        return own_failure;
    }
    auto outputs = Outputs::open(options.outputs, options.checkpoint.has_value(), options.as_invoker ? *identity : std::nullopt);
    if (!outputs) {
        complain(outputs.error());
        return own_failure;
    }
    SignalInbox inbox(inherited.arguments);
    HostFacts facts = gather_host_facts();
    auto prepared = prepare(facts, options, capabilities);
    if (!prepared) {
        complain(prepared.error());
        return own_failure;
    }
    capabilities.drop();
    const auto& cgroup = prepared->cgroup;
    std::optional<Checkpoints> checkpoints;
    if (outputs->have_partials())
        checkpoints.emplace(*options.checkpoint, [&](Recording so_far) {
            add_cgroup_figures(so_far, cgroup);
            Result result = result_of(options, facts, prepared->plan, so_far);
            result.complete = false;
            outputs->write_partials(result);
        });
    auto recording = run_session(*prepared->probe, inbox,
                                 {.command = options.command,
                                  .orphans = options.orphans,
                                  .timeout = options.timeout,
                                  .cgroup_procs_fd = cgroup ? cgroup->procs_fd() : -1,
                                  .inherited = for_command(inherited, *identity),
                                  .identity = *identity,
                                  .checkpoints = checkpoints ? &*checkpoints : nullptr});
    checkpoints.reset();
    if (!recording) {
        complain(recording.error().message);
        return recording.error().exit_code;
    }
    add_cgroup_figures(*recording, cgroup);

    const Result result = result_of(options, facts, prepared->plan, *recording);
    const bool all_written = outputs->write(result);
    if (!options.quiet) tell(format_summary(result, style_of_terminal()));
    return exit_code(*recording, all_written);
}

}  // namespace perfwrap
