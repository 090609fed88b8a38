#include "profiler/output/output_folder.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "profiler/output/folder_lock.hpp"
#include "profiler/output/replacement.hpp"
#include "profiler/output/temporary_file.hpp"

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

// The directory, which exists.
tl::expected<UniqueFd, std::string> open_folder(const std::string& path) {
    auto found = find_path(path);
    if (!found) return tl::unexpected(std::move(found.error()));
    if (!found->status || !S_ISDIR(found->status->st_mode))
        return tl::unexpected(fmt::format("cannot write {}: it is not a directory; choose another path", path));
    return std::move(found->file);
}

tl::expected<Replaceable, std::string> file_in_folder(const std::string& path) {
    auto target = resolve_output(path);
    if (!target) return tl::unexpected(std::move(target.error()));
    auto* file = std::get_if<Replaceable>(&*target);
    if (file == nullptr) return tl::unexpected(fmt::format("cannot write {}: it is not a file; choose another directory", path));
    return std::move(*file);
}

Outcome replace_in_folder(const std::string& path, std::string_view bytes) {
    if (auto made = make_folders(fs::path(path).parent_path().string()); !made) return made;
    const auto file = file_in_folder(path);
    if (!file) return tl::unexpected(file.error());
    TemporaryFile::remove_stale(file->found.directory);
    return replace_file(path, *file, bytes);
}

// "" if there is none, or not even the directory for it.
tl::expected<std::string, std::string> present_in_folder(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return "";
    return file_in_folder(path).and_then([&](const Replaceable& file) { return present_bytes(path, file); });
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
    const auto folder = open_folder(present);
    if (!folder) return tl::unexpected(folder.error());
    TemporaryFile::remove_stale(*folder);
    if (const auto file = TemporaryFile::in(*folder, S_IRUSR | S_IWUSR); !file)
        return tl::unexpected(
            fmt::format("{} (no file can be created in the directory {})", write_trouble(path, file.error().error), present));
    return {};
}

tl::expected<void, std::string> update_folder(const std::string& path, const std::vector<FileInFolder>& files) {
    if (auto made = make_folders(path); !made) return made;
    const auto folder = open_folder(path);
    if (!folder) return tl::unexpected(folder.error());
    const auto lock = FolderLock::take(*folder, path);
    if (!lock) return tl::unexpected(fmt::format("cannot write {}: {}", path, lock.error()));
    std::vector<std::pair<std::string, std::string>> documents;
    for (const auto& file : files) {
        if (!is_within(file.path))
            return tl::unexpected(fmt::format("{} was not changed: {} would not be in it", path, file.path));
        auto place = (fs::path(path) / file.path).string();
        const auto present = present_in_folder(place);
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
