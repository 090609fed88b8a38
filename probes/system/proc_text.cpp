#include "probes/system/proc_text.hpp"

#include <signal.h>

#include <algorithm>
#include <charconv>

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

}  // namespace

IoCounters& IoCounters::operator+=(const IoCounters& other) {
    syscall_read_bytes += other.syscall_read_bytes;
    syscall_written_bytes += other.syscall_written_bytes;
    storage_read_bytes += other.storage_read_bytes;
    storage_written_bytes += other.storage_written_bytes;
    storage_cancelled_bytes += other.storage_cancelled_bytes;
    return *this;
}

std::optional<ProcessStat> parse_stat(std::string_view text) {
    // comm may contain anything but NUL, even ')' and newlines; nothing after it contains ')'.
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
        else if (key == "cancelled_write_bytes")
            found += parse_number(value, io.storage_cancelled_bytes);
    });
    if (found != 5) return std::nullopt;
    return io;
}

std::optional<PageTables> parse_smaps_rollup(std::string_view text) {
    std::optional<std::uint64_t> rss;
    std::optional<std::uint64_t> pss;
    std::uint64_t unshared = 0;
    for_each_line(text, [&](std::string_view key, std::string_view value) {
        std::uint64_t amount = 0;
        if (key == "Rss" && parse_number(value, amount)) rss = amount * kib;
        if (key == "Pss" && parse_number(value, amount)) pss = amount * kib;
        if ((key == "Private_Clean" || key == "Private_Dirty") && parse_number(value, amount)) unshared += amount * kib;
    });
    if (!rss || !pss) return std::nullopt;
    const auto proportional = std::min(*pss, *rss);
    return PageTables{*rss, proportional, std::min(unshared, proportional)};
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

void parse_children(std::string_view text, std::vector<int>& into) {
    for (auto word = next_word(text); !word.empty(); word = next_word(text)) {
        int child = 0;
        if (parse_number(word, child)) into.push_back(child);
    }
}

std::optional<int> parse_last_pid(std::string_view text) {
    int pid = 0;
    if (!parse_number(text, pid)) return std::nullopt;
    return pid;
}

bool has_one_pid(std::string_view status) {
    while (!status.empty()) {
        auto line = status.substr(0, status.find('\n'));
        status.remove_prefix(std::min(line.size() + 1, status.size()));
        if (next_word(line) == "NSpid:" && !next_word(line).empty() && next_word(line).empty()) return true;
    }
    return false;
}

}  // namespace perfwrap
