#include "profiler/output/partial_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "profiler/output/output_target.hpp"
#include "profiler/output/replacement.hpp"

namespace perfwrap {
namespace {

std::string with_suffix(const std::string& path) { return path + ".partial"; }

// Errors do not matter here: they are reported when PATH is written.
std::optional<Replaceable> regular_file(const std::string& path) {
    auto target = resolve_output(path);
    auto* file = target ? std::get_if<Replaceable>(&*target) : nullptr;
    return file != nullptr ? std::optional(std::move(*file)) : std::nullopt;
}

// Every document of a format begins alike: {"schema":"perfwrap-result/1 or # HELP perfwrap_.
bool begins_alike(const FoundPath& found, std::string_view bytes) {
    constexpr std::size_t telling = 24;
    constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    const UniqueFd file(::openat(found.directory.get(), found.name.c_str(), flags));
    std::array<char, telling> beginning{};
    const auto length = file ? ::read(file.get(), beginning.data(), beginning.size()) : -1;
    return length >= 0 && std::string_view(beginning.data(), static_cast<std::size_t>(length)) == bytes.substr(0, telling);
}

}  // namespace

std::optional<std::string> partial_path(const std::string& path) {
    return regular_file(path) ? std::optional(with_suffix(path)) : std::nullopt;
}

tl::expected<void, std::string> write_partial(const std::string& path, std::string_view bytes) {
    const auto file = regular_file(path);
    if (!file) return {};
    const auto partial = resolve_without_link(with_suffix(path));
    if (!partial) return tl::unexpected(partial.error());
    if (partial->found.file && !begins_alike(partial->found, bytes))
        return tl::unexpected(
            fmt::format("cannot write {0}: what has that name is not perfwrap's; move it away or choose another path than {1}",
                        with_suffix(path), path));
    return replace_file(with_suffix(path), *partial, bytes, file->found.status);
}

void remove_partial(const std::string& path, std::string_view bytes) {
    if (!partial_path(path)) return;
    const auto partial = resolve_without_link(with_suffix(path));
    if (!partial || !partial->found.file || !begins_alike(partial->found, bytes)) return;
    ::unlinkat(partial->found.directory.get(), partial->found.name.c_str(), 0);
}

}  // namespace perfwrap
