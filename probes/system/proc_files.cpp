#include "probes/system/proc_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace perfwrap {
namespace {

constexpr std::uint64_t kib = 1024;

template <class Number>
bool parse_number(std::string_view text, Number& value, int base = 10) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end != text.data();
}

std::string_view next_word(std::string_view& text) {
    const auto start = text.find_first_not_of(" \t\n");
    if (start == std::string_view::npos) {
        text = {};
        return {};
    }
    const auto end = std::min(text.find_first_of(" \t\n", start), text.size());
    const auto word = text.substr(start, end - start);
    text.remove_prefix(end);
    return word;
}

// Calls visit(key, value) for each "Key: value" line.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        auto value = line.substr(colon + 1);
        visit(line.substr(0, colon), next_word(value));
    }
}

// A path below the root of /proc without an allocation.
class Path {
public:
    Path(int pid, std::string_view file) { end(fmt::format_to_n(text_.data(), limit, "{}/{}", pid, file)); }
    Path(int pid, int tid, std::string_view file) { end(fmt::format_to_n(text_.data(), limit, "{}/task/{}/{}", pid, tid, file)); }

    const char* c_str() const { return text_.data(); }

private:
    static constexpr std::size_t limit = 63;
    void end(fmt::format_to_n_result<char*> result) { *result.out = '\0'; }

    std::array<char, limit + 1> text_;
};

Unreadable why_unreadable(int error) { return error == EACCES || error == EPERM ? Unreadable::denied : Unreadable::gone; }

template <class T>
Read<T> parsed(std::optional<T> value) {
    if (!value) return tl::unexpected(Unreadable::gone);
    return *std::move(value);
}

}  // namespace

IoCounters& IoCounters::operator+=(const IoCounters& other) {
    syscall_read_bytes += other.syscall_read_bytes;
    syscall_written_bytes += other.syscall_written_bytes;
    storage_read_bytes += other.storage_read_bytes;
    storage_written_bytes += other.storage_written_bytes;
    return *this;
}

std::optional<ProcessStat> parse_stat(std::string_view text) {
    // comm may hold anything but NUL, a ')' and a newline too; nothing after it holds a ')'.
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;

    ProcessStat stat;
    stat.comm = text.substr(open + 1, close - open - 1);
    auto rest = text.substr(close + 1);
    constexpr int state_field = 3;
    constexpr int start_field = 22;
    int field = state_field;
    const auto number = [](std::string_view word, auto& value) { return parse_number(word, value); };
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest), ++field) {
        bool valid = true;
        switch (field) {
            case state_field: stat.state = word.front(); break;
            case 4: valid = number(word, stat.parent_pid); break;
            case 10: valid = number(word, stat.minor_faults); break;
            case 11: valid = number(word, stat.waited_minor_faults); break;
            case 12: valid = number(word, stat.major_faults); break;
            case 13: valid = number(word, stat.waited_major_faults); break;
            case 14: valid = number(word, stat.user_ticks); break;
            case 15: valid = number(word, stat.system_ticks); break;
            case 16: valid = number(word, stat.waited_user_ticks); break;
            case 17: valid = number(word, stat.waited_system_ticks); break;
            case 20: valid = number(word, stat.threads); break;
            case start_field: valid = number(word, stat.start_ticks); break;
            case 48: valid = number(word, stat.arguments_address); break;
            case 49: valid = number(word, stat.arguments_end); break;
            default: break;
        }
        if (!valid) return std::nullopt;
    }
    if (field <= start_field) return std::nullopt;
    return stat;
}

std::optional<ProcessStatus> parse_status(std::string_view text) {
    ProcessStatus status;
    ResidentMemory memory;
    bool resident = false;
    bool complete = false;
    for_each_line(text, [&](std::string_view key, std::string_view value) {
        const auto bytes = [&](std::uint64_t& field) {
            if (parse_number(value, field)) field *= kib;
        };
        if (key == "VmHWM")
            bytes(memory.rss_peak_bytes);
        else if (key == "RssAnon")
            resident = true, bytes(memory.anon_bytes);
        else if (key == "RssFile")
            bytes(memory.file_bytes);
        else if (key == "RssShmem")
            bytes(memory.shmem_bytes);
        else if (key == "VmSwap")
            bytes(memory.swap_bytes);
        else if (key == "SigIgn") {
            std::uint64_t ignored = 0;
            complete = parse_number(value, ignored, 16);
            status.ignores_sigchld = (ignored >> (SIGCHLD - 1) & 1) != 0;
        } else if (key == "voluntary_ctxt_switches")
            parse_number(value, status.voluntary_context_switches);
        else if (key == "nonvoluntary_ctxt_switches")
            parse_number(value, status.involuntary_context_switches);
    });
    if (!complete) return std::nullopt;
    if (resident) status.memory = memory;
    return status;
}

std::optional<IoCounters> parse_io(std::string_view text) {
    IoCounters io;
    int found = 0;
    for_each_line(text, [&](std::string_view key, std::string_view value) {
        if (key == "rchar")
            found += parse_number(value, io.syscall_read_bytes);
        else if (key == "wchar")
            found += parse_number(value, io.syscall_written_bytes);
        else if (key == "read_bytes")
            found += parse_number(value, io.storage_read_bytes);
        else if (key == "write_bytes")
            found += parse_number(value, io.storage_written_bytes);
    });
    if (found != 4) return std::nullopt;
    return io;
}

std::optional<std::uint64_t> parse_pss_bytes(std::string_view smaps_rollup) {
    std::optional<std::uint64_t> pss;
    for_each_line(smaps_rollup, [&](std::string_view key, std::string_view value) {
        std::uint64_t amount = 0;
        if (key == "Pss" && parse_number(value, amount)) pss = amount * kib;
    });
    return pss;
}

std::vector<std::string> parse_cmdline(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto end = std::min(text.find('\0'), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

tl::expected<ProcFs, std::string> ProcFs::open(const std::string& root) {
    UniqueFd fd{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd)
        return tl::unexpected(fmt::format("cannot open {}: {}; mount the proc file system there", root, std::strerror(errno)));
    return ProcFs{std::move(fd)};
}

ProcFs::ProcFs(UniqueFd root) : root_(std::move(root)), buffer_(16 * kib) {}

bool ProcFs::of_own_pid_namespace() {
    const auto status = read("self/status");
    if (!status) return false;
    bool only_one_number = false;  // a pid for each namespace from that of the mount down to one's own
    for (std::string_view rest = *status; !rest.empty() && !only_one_number;) {
        auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (next_word(line) == "NSpid:") only_one_number = !next_word(line).empty() && next_word(line).empty();
    }
    return only_one_number;
}

Read<std::string_view> ProcFs::read(const char* path, Extent extent) {
    const UniqueFd file{::openat(root_.get(), path, O_RDONLY | O_CLOEXEC)};
    if (!file) return tl::unexpected(why_unreadable(errno));
    return read(file, extent);
}

Read<std::string_view> ProcFs::read(const UniqueFd& file, Extent extent) {
    // The kernel writes a file of one record into the first read, as far as there is room; lists come in portions.
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

Read<std::uint64_t> ProcFs::pss_bytes(int pid) {
    return read(Path(pid, "smaps_rollup").c_str()).and_then([](std::string_view text) { return parsed(parse_pss_bytes(text)); });
}

Read<std::vector<std::string>> ProcFs::cmdline(int pid, std::uint64_t most_bytes) {
    const UniqueFd fd{::openat(root_.get(), Path(pid, "cmdline").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return tl::unexpected(why_unreadable(errno));
    const auto count = ::read(fd.get(), buffer_.data(), std::min({buffer_.size(), cmdline_limit, most_bytes}));
    if (count < 0) return tl::unexpected(why_unreadable(errno));
    return parse_cmdline({buffer_.data(), static_cast<std::size_t>(count)});
}

const std::vector<int>& ProcFs::children(int pid, int tid) {
    children_.clear();
    if (const auto text = read(Path(pid, tid, "children").c_str(), Extent::whole)) {
        auto rest = *text;
        for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
            int child = 0;
            if (parse_number(word, child)) children_.push_back(child);
        }
    }
    return children_;
}

const std::vector<int>& ProcFs::threads(int pid) { return numeric_entries(Path(pid, "task").c_str(), threads_); }

const std::vector<int>& ProcFs::pids() { return numeric_entries(".", pids_); }

bool ProcFs::has_children_files(int pid) { return ::faccessat(root_.get(), Path(pid, pid, "children").c_str(), R_OK, 0) == 0; }

std::optional<int> ProcFs::last_pid() {
    int pid = 0;
    const auto text = read("sys/kernel/ns_last_pid");
    if (!text || !parse_number(*text, pid)) return std::nullopt;
    return pid;
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
