#include "profiler/output/partial_file.hpp"

#include <unistd.h>

#include "profiler/output/output_target.hpp"
#include "profiler/output/writer.hpp"

namespace perfwrap {
namespace {

std::string with_suffix(const std::string& path) { return path + ".partial"; }

// Errors do not matter here: they are reported when PATH is written.
std::optional<Replaceable> regular_file(const std::string& path) {
    const auto target = resolve_output(path);
    const auto* file = target ? std::get_if<Replaceable>(&*target) : nullptr;
    return file != nullptr ? std::optional(*file) : std::nullopt;
}

}  // namespace

std::optional<std::string> partial_path(const std::string& path) {
    return regular_file(path) ? std::optional(with_suffix(path)) : std::nullopt;
}

tl::expected<void, std::string> write_partial(const std::string& path, std::string_view bytes) {
    const auto file = regular_file(path);
    if (!file) return {};
    auto partial = split_path(with_suffix(path));
    partial.existing = file->existing;
    return replace_file(with_suffix(path), partial, bytes);
}

void remove_partial(const std::string& path) {
    if (partial_path(path)) ::unlink(with_suffix(path).c_str());
}

}  // namespace perfwrap
