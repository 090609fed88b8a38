#include "profiler/output/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "profiler/output/complaint.hpp"
#include "profiler/output/output_folder.hpp"
#include "profiler/output/output_target.hpp"
#include "profiler/output/partial_file.hpp"
#include "profiler/output/updated_file.hpp"
#include "profiler/output/writer.hpp"

namespace perfwrap {
namespace {

using Outcome = tl::expected<void, std::string>;

Outcome check(const std::string& path, WholeDocument) { return check_writable(path); }
Outcome check(const std::string& path, UpdatedDocument) { return check_updatable(path); }
Outcome check(const std::string& path, DocumentFolder) { return check_folder(path); }

Update update_with(UpdatedDocument document, const Result& result) {
    return [document, &result](std::string_view present) { return document(present, result); };
}

Outcome write(const std::string& path, WholeDocument document, const Result& result, bool with_partial) {
    const auto bytes = document(result);
    auto written = write_output(path, bytes);
    if (written && with_partial) remove_partial(path, bytes);
    return written;
}
Outcome write(const std::string& path, UpdatedDocument document, const Result& result, bool) {
    return update_output(path, update_with(document, result));
}
Outcome write(const std::string& path, DocumentFolder folder, const Result& result, bool) {
    std::vector<FileInFolder> files;
    for (auto& [name, document] : folder(result)) files.push_back({std::move(name), update_with(document, result)});
    return update_folder(path, files);
}

}  // namespace

bool Outputs::is_file(const Destination& destination) {
    return std::holds_alternative<DocumentFolder>(destination.format->of_result) || partial_path(destination.path);
}

// Only of a document that holds a single result: a partial version of one that holds several would have to repeat them all.
bool Outputs::has_partial(const Destination& destination) {
    return std::holds_alternative<WholeDocument>(destination.format->of_result) && partial_path(destination.path);
}

tl::expected<Outputs, std::string> Outputs::open(std::span<const Output> outputs, std::span<const Exporter> formats,
                                                 bool with_partials, const std::optional<Identity>& owner) {
    const FileRights rights(owner);
    Outputs opened;
    std::vector<std::string> paths;
    for (const auto& output : outputs) {
        const auto* format = find_exporter(formats, output.format);
        if (format == nullptr) return tl::unexpected(fmt::format("there is no format '{}'", output.format));
        const auto check_it = [&](const auto kind) { return check(output.path, kind); };
        if (auto writable = std::visit(check_it, format->of_result); !writable)
            return tl::unexpected(std::move(writable.error()));
        opened.destinations_.push_back({format, output.path});
        paths.push_back(output.path);
        if (with_partials && has_partial(opened.destinations_.back())) paths.push_back(*partial_path(output.path));
    }
    if (auto distinct = check_distinct(paths); !distinct) return tl::unexpected(std::move(distinct.error()));

    std::stable_partition(opened.destinations_.begin(), opened.destinations_.end(), is_file);
    opened.owner_ = owner;
    opened.with_partials_ = with_partials && std::ranges::any_of(opened.destinations_, has_partial);
    return opened;
}

std::vector<int> Outputs::inherited_descriptors() const {
    std::vector<int> descriptors;
    for (const auto& destination : destinations_) {
        const auto target = resolve_output(destination.path);
        if (!target) continue;
        if (const auto* inherited = std::get_if<InheritedDescriptor>(&*target)) descriptors.push_back(inherited->fd);
    }
    return descriptors;
}

void Outputs::write_partials(const Result& so_far) {
    const FileRights rights(owner_);
    for (const auto& destination : destinations_) {
        if (!has_partial(destination)) continue;
        const auto document = std::get<WholeDocument>(destination.format->of_result);
        const auto written = write_partial(destination.path, document(so_far));
        if (!written && complained_.insert(destination.path).second)
            complain(fmt::format("checkpoint not written: {}; the run goes on", written.error()));
    }
}

bool Outputs::write(const Result& result) const {
    const FileRights rights(owner_);
    bool all_written = true;
    for (const auto& destination : destinations_) {
        const auto& path = destination.path;
        const auto write_it = [&](const auto kind) { return perfwrap::write(path, kind, result, with_partials_); };
        const auto written = std::visit(write_it, destination.format->of_result);
        if (!written) complain(written.error());
        all_written = all_written && written.has_value();
    }
    return all_written;
}

}  // namespace perfwrap
