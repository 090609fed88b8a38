#include "profiler/commands/run.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "exporters/registry.hpp"
#include "exporters/screen/summary.hpp"
#include "profiler/cli/spelling.hpp"
#include "profiler/output/complaint.hpp"
#include "profiler/output/outputs.hpp"
#include "profiler/output/terminal_style.hpp"
#include "profiler/output/writer.hpp"
#include "profiler/run/prepared.hpp"
#include "profiler/run/series.hpp"

namespace perfwrap {
namespace {

constexpr int own_failure = 125;
constexpr int timed_out_code = 124;
constexpr int not_found_code = 127;

// The user that the command runs as; empty: perfwrap's own.
tl::expected<std::optional<Identity>, std::string> identity_of(const RunOptions& options) {
    if (options.user) return find_user(*options.user);
    if (options.as_invoker) return find_invoker(sudo_variables());
    return std::nullopt;
}

int exit_code_of(const Recording& run) {
    if (run.timed_out) return timed_out_code;
    const int status = run.wait_status.value_or(0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Measures until all runs are done, one fails, or a signal asks perfwrap to end. Returns the exit code of the last run, or 128+N
// if runs are missing because of signal N.
int measure_all(const RunOptions& options, const Outputs& outputs, Prepared& prepared, SignalInbox& inbox, Snapshots* snapshots,
                Series& series) {
    auto needed_at_the_end = outputs.inherited_descriptors();
    needed_at_the_end.push_back(STDERR_FILENO);
    int code = 0;
    for (std::size_t i = 0; i < options.runs && code == 0; ++i) {
        if (const int signal = i > 0 ? SignalInbox::waiting_to_end() : 0; signal != 0) return 128 + signal;
        const bool last = i + 1 == options.runs;
        auto run = prepared.measure(inbox, snapshots, last ? std::optional(needed_at_the_end) : std::nullopt);
        if (!run) {
            const auto meant = run.error().exit_code == not_found_code ? nearest_subcommand(options.command.front()) : "";
            complain(meant.empty() ? run.error().message
                                   : fmt::format("{}; did you mean perfwrap {}?", run.error().message, meant));
            return run.error().exit_code;
        }
        code = exit_code_of(*run);
        const int told_to_end = run->told_to_end;
        series.add(std::move(*run));
        if (code == 0 && told_to_end != 0 && !last) return 128 + told_to_end;
    }
    return code;
}

}  // namespace

int run_command(const RunOptions& options, const Inherited& inherited, FileCapabilities& capabilities) {
    const auto identity = identity_of(options);
    if (!identity) {
        complain(identity.error());
        return own_failure;
    }
    auto outputs = Outputs::open(options.outputs, exporters(), options.checkpoint.has_value(),
                                 options.as_invoker ? *identity : std::nullopt);
    if (!outputs) {
        complain(outputs.error());
        return own_failure;
    }
    SignalInbox inbox(inherited.arguments);
    auto prepared = Prepared::make(options, inherited, *identity, capabilities);
    if (!prepared) {
        complain(prepared.error());
        return own_failure;
    }
    Series series(options, prepared->facts(), prepared->plan(), PERFWRAP_VERSION);
    std::vector<SnapshotReader> readers;
    if (outputs->have_partials())
        readers.push_back(
            {*options.checkpoint, [&](const Recording& so_far) { outputs->write_partials(series.result_with(so_far)); }});
    int code = 0;
    {
        Snapshots snapshots(std::move(readers));
        code = measure_all(options, *outputs, *prepared, inbox, &snapshots, series);
    }
    inbox.dismiss_witness();
    if (series.empty()) return code;

    const Result result = series.result();
    const bool all_written = outputs->write(result);
    if (!options.quiet) tell(format_summary(result, style_of_terminal()));
    return code == 0 && !all_written ? own_failure : code;
}

}  // namespace perfwrap
