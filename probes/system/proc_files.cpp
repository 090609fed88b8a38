#include "probes/system/proc_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace perfwrap {
namespace {

constexpr std::size_t first_buffer_bytes = 16 * 1024;

// A path below the root of /proc, without an allocation.
class Path {
public:
    Path(int pid, std::string_view file) { end(fmt::format_to_n(text_.data(), limit, "{}/{}", pid, file)); }
    Path(int pid, int tid, std::string_view file) { end(fmt::format_to_n(text_.data(), limit, "{}/task/{}/{}", pid, tid, file)); }

    const char* c_str() const { return text_.data(); }

private:
    static constexpr std::size_t limit = 63;
    static void end(fmt::format_to_n_result<char*> result) { *result.out = '\0'; }

    std::array<char, limit + 1> text_;
};

Unreadable why_unreadable(int error) { return error == EACCES || error == EPERM ? Unreadable::denied : Unreadable::gone; }

template <class T>
Read<T> parsed(std::optional<T> value) {
    if (!value) return tl::unexpected(Unreadable::gone);
    return *std::move(value);
}

}  // namespace

tl::expected<ProcFs, std::string> ProcFs::open(const std::string& root) {
    UniqueFd fd{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd)
        return tl::unexpected(fmt::format("cannot open {}: {}; mount the proc file system there", root, std::strerror(errno)));
    return ProcFs{std::move(fd)};
}

ProcFs::ProcFs(UniqueFd root)
    : root_(std::move(root)), patient_(std::make_unique<PatientReader>()), buffer_(first_buffer_bytes) {}

bool ProcFs::of_own_pid_namespace() {
    const auto status = read("self/status");
    return status && has_one_pid(*status);
}

Read<std::string_view> ProcFs::read(const char* path, Extent extent) {
    const UniqueFd file{::openat(root_.get(), path, O_RDONLY | O_CLOEXEC)};
    if (!file) return tl::unexpected(why_unreadable(errno));
    return read(file, extent);
}

Read<std::string_view> ProcFs::read(const UniqueFd& file, Extent extent) {
    // A file of one record comes with the first read, as far as it fits; lists come in portions.
    std::size_t length = 0;
    for (;;) {
        const auto count = ::pread(file.get(), buffer_.data() + length, buffer_.size() - length, static_cast<off_t>(length));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return tl::unexpected(why_unreadable(errno));
        length += static_cast<std::size_t>(count);
        const bool full = length == buffer_.size();
        if (count == 0 || (extent == Extent::one_record && !full)) break;
        if (full) buffer_.resize(buffer_.size() * 2);
    }
    return std::string_view{buffer_.data(), length};
}

Read<ProcessStat> ProcFs::stat(int pid) {
    return read(Path(pid, "stat").c_str()).and_then([](std::string_view text) { return parsed(parse_stat(text)); });
}

Read<ProcessStatus> ProcFs::status(int pid) {
    return read(Path(pid, "status").c_str()).and_then([](std::string_view text) { return parsed(parse_status(text)); });
}

Read<IoCounters> ProcFs::io(int pid) {
    return read(Path(pid, "io").c_str()).and_then([](std::string_view text) { return parsed(parse_io(text)); });
}

Read<IoCounters> ProcFs::io(const UniqueFd& file) {
    return read(file, Extent::one_record).and_then([](std::string_view text) { return parsed(parse_io(text)); });
}

UniqueFd ProcFs::open_io(int pid) const { return UniqueFd{::openat(root_.get(), Path(pid, "io").c_str(), O_RDONLY | O_CLOEXEC)}; }

Read<std::string> ProcFs::read_patiently(int pid, const char* path, std::size_t most_bytes) {
    auto answer = patient_->read(root_.get(), pid, path, most_bytes);
    if (!answer) return tl::unexpected(Unreadable::stuck);
    cpu_elsewhere_ns_ += answer->cpu_ns;
    if (answer->error != 0) return tl::unexpected(why_unreadable(answer->error));
    return std::move(answer->text);
}

Read<PageTables> ProcFs::page_tables(int pid) {
    constexpr std::size_t most_bytes = 4096;
    return read_patiently(pid, Path(pid, "smaps_rollup").c_str(), most_bytes).and_then([](const std::string& text) {
        return parsed(parse_smaps_rollup(text));
    });
}

Read<std::vector<std::string>> ProcFs::cmdline(int pid, std::uint64_t most_bytes) {
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(cmdline_limit, most_bytes));
    return read_patiently(pid, Path(pid, "cmdline").c_str(), bytes).map(parse_cmdline);
}

const std::vector<int>& ProcFs::children(int pid, int tid) {
    children_.clear();
    if (const auto text = read(Path(pid, tid, "children").c_str(), Extent::whole)) parse_children(*text, children_);
    return children_;
}

const std::vector<int>& ProcFs::threads(int pid) { return numeric_entries(Path(pid, "task").c_str(), threads_); }

const std::vector<int>& ProcFs::pids() { return numeric_entries(".", pids_); }

bool ProcFs::has_children_files(int pid) { return ::faccessat(root_.get(), Path(pid, pid, "children").c_str(), R_OK, 0) == 0; }

std::optional<int> ProcFs::last_pid() {
    const auto text = read("sys/kernel/ns_last_pid");
    return text ? parse_last_pid(*text) : std::nullopt;
}

const std::vector<int>& ProcFs::numeric_entries(const char* directory, std::vector<int>& into) {
    into.clear();
    const UniqueFd fd{::openat(root_.get(), directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd) return into;
    for (;;) {
        const auto count = ::getdents64(fd.get(), buffer_.data(), buffer_.size());
        if (count <= 0) return into;
        for (ssize_t at = 0; at < count;) {
            const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + at);
            at += entry->d_reclen;
            int number = 0;
            const std::string_view name{entry->d_name};
            const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
            if (error == std::errc{} && end == name.data() + name.size()) into.push_back(number);
        }
    }
}

}  // namespace perfwrap
