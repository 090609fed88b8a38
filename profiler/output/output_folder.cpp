#include "profiler/output/output_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "profiler/output/folder_lock.hpp"
#include "profiler/output/temporary_file.hpp"
#include "profiler/output/writer.hpp"

namespace perfwrap {
namespace {

namespace fs = std::filesystem;

using Outcome = tl::expected<void, std::string>;

// The directory itself or, if it does not exist, its nearest ancestor that does.
fs::path nearest_present(fs::path folder) {
    struct stat status {};
    while (::stat(folder.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR) && folder != "." && folder != "/")
        folder = folder.has_parent_path() ? folder.parent_path() : ".";
    return folder;
}

bool is_within(const fs::path& path) {
    return path.has_filename() && path.is_relative() && std::ranges::find(path, "..") == path.end();
}

Outcome make_folders(const std::string& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return tl::unexpected(write_trouble(folder, error.value()));
    return {};
}

Outcome replace_in_folder(const std::string& path, std::string_view bytes) {
    if (auto made = make_folders(fs::path(path).parent_path().string()); !made) return made;
    const auto target = resolve_output(path);
    if (!target) return tl::unexpected(target.error());
    const auto* file = std::get_if<Replaceable>(&*target);
    if (file == nullptr) return tl::unexpected(fmt::format("cannot write {}: it is not a file; choose another directory", path));
    TemporaryFile::remove_stale(file->folder);
    return replace_file(path, *file, bytes);
}

}  // namespace

tl::expected<void, std::string> check_folder(const std::string& path) {
    if (path.empty() || path == "-")
        return tl::unexpected(
            fmt::format("cannot write a directory to {}; name a directory", path.empty() ? "''" : "standard output"));
    const auto present = nearest_present(path).string();
    struct stat status {};
    if (::stat(present.c_str(), &status) != 0) return tl::unexpected(write_trouble(path, errno));
    if (!S_ISDIR(status.st_mode))
        return tl::unexpected(fmt::format("cannot write {}: {} is not a directory; choose another path", path, present));
    TemporaryFile::remove_stale(present);
    if (const auto file = TemporaryFile::in(present, S_IRUSR | S_IWUSR); !file)
        return tl::unexpected(
            fmt::format("{} (no file can be created in the directory {})", write_trouble(path, file.error()), present));
    return {};
}

tl::expected<void, std::string> update_folder(const std::string& path, const std::vector<FileInFolder>& files) {
    if (auto made = make_folders(path); !made) return made;
    const auto lock = FolderLock::take(path);
    if (!lock) return tl::unexpected(fmt::format("cannot write {}: {}", path, lock.error()));
    std::vector<std::pair<std::string, std::string>> documents;
    for (const auto& file : files) {
        if (!is_within(file.path))
            return tl::unexpected(fmt::format("{} was not changed: {} would not be in it", path, file.path));
        auto place = (fs::path(path) / file.path).string();
        const auto present = present_bytes(place);
        if (!present) return tl::unexpected(present.error());
        auto bytes = file.update(*present);
        if (!bytes) return tl::unexpected(fmt::format("{} was not changed: {}: {}", path, file.path, bytes.error()));
        documents.emplace_back(std::move(place), std::move(*bytes));
    }
    for (const auto& [place, bytes] : documents)
        if (auto written = replace_in_folder(place, bytes); !written) return written;
    return {};
}

}  // namespace perfwrap
