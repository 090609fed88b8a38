#include "profiler/output/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "exporters/registry.hpp"
#include "profiler/output/complaint.hpp"
#include "profiler/output/partial_file.hpp"
#include "profiler/output/writer.hpp"

namespace perfwrap {
namespace {

bool is_file(const Output& output) { return partial_path(output.path).has_value(); }

std::string bytes_of(const Output& output, const Result& result) { return find_exporter(output.format)->format(result); }

}  // namespace

tl::expected<Outputs, std::string> Outputs::open(std::span<const Output> outputs, bool with_partials,
                                                 const std::optional<Identity>& owner) {
    const FileRights rights(owner);
    std::vector<std::string> paths;
    for (const auto& output : outputs) {
        if (auto writable = check_writable(output.path); !writable) return tl::unexpected(std::move(writable.error()));
        paths.push_back(output.path);
        if (auto partial = partial_path(output.path); partial && with_partials) paths.push_back(std::move(*partial));
    }
    if (auto distinct = check_distinct(paths); !distinct) return tl::unexpected(std::move(distinct.error()));

    Outputs opened;
    opened.outputs_.assign(outputs.begin(), outputs.end());
    std::ranges::stable_partition(opened.outputs_, is_file);
    opened.owner_ = owner;
    opened.with_partials_ = with_partials && std::ranges::any_of(opened.outputs_, is_file);
    return opened;
}

void Outputs::write_partials(const Result& so_far) {
    const FileRights rights(owner_);
    for (const auto& output : outputs_) {
        if (!is_file(output)) continue;
        const auto written = write_partial(output.path, bytes_of(output, so_far));
        if (!written && complained_.insert(output.path).second)
            complain(fmt::format("no checkpoint: {}; the run goes on", written.error()));
    }
}

bool Outputs::write(const Result& result) const {
    const FileRights rights(owner_);
    bool all_written = true;
    for (const auto& output : outputs_) {
        const auto written = write_output(output.path, bytes_of(output, result));
        if (!written) complain(written.error());
        if (written && with_partials_) remove_partial(output.path);
        all_written = all_written && written.has_value();
    }
    return all_written;
}

}  // namespace perfwrap
