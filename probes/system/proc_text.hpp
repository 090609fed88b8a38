// What /proc reports about processes, as documented in proc(5). Pure: text in, numbers out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perfwrap {

// /proc/PID/stat. Times are in clock ticks, sysconf(_SC_CLK_TCK) per second, rounded down.
struct ProcessStat {
    std::string_view comm;  // part of the text that was parsed
    char state = '?';
    int parent_pid = 0;
    std::uint64_t minor_faults = 0;
    std::uint64_t waited_minor_faults = 0;  // of children that were waited for, and of theirs
    std::uint64_t major_faults = 0;
    std::uint64_t waited_major_faults = 0;
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;
    std::uint64_t waited_user_ticks = 0;
    std::uint64_t waited_system_ticks = 0;
    std::uint32_t threads = 0;
    std::uint64_t start_ticks = 0;        // since boot; with the pid, it identifies a process
    std::uint64_t arguments_address = 0;  // changes with each exec; 0 where the kernel hides it
    std::uint64_t arguments_end = 0;
};

// The resident and swapped-out parts of /proc/PID/status.
struct ResidentMemory {
    std::uint64_t anon_bytes = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t shmem_bytes = 0;
    std::uint64_t swap_bytes = 0;
    std::uint64_t rss_peak_bytes = 0;  // VmHWM: since the last exec

    std::uint64_t rss_bytes() const { return anon_bytes + file_bytes + shmem_bytes; }
};

struct ProcessStatus {
    std::optional<ResidentMemory> memory;          // none: a zombie or a kernel thread
    bool ignores_sigchld = false;                  // its children are reaped by the kernel, unseen
    std::uint64_t voluntary_context_switches = 0;  // of the one thread whose file it is
    std::uint64_t involuntary_context_switches = 0;
};

// /proc/PID/io: includes ended threads and children that were waited for.
struct IoCounters {
    std::uint64_t syscall_read_bytes = 0;
    std::uint64_t syscall_written_bytes = 0;
    std::uint64_t storage_read_bytes = 0;
    std::uint64_t storage_written_bytes = 0;
    std::uint64_t storage_cancelled_bytes = 0;  // written by whomever, and thrown away before it was sent

    // 0 if more was cancelled than written.
    std::uint64_t storage_kept_bytes() const {
        return storage_written_bytes > storage_cancelled_bytes ? storage_written_bytes - storage_cancelled_bytes : 0;
    }

    IoCounters& operator+=(const IoCounters& other);
};

// /proc/PID/smaps_rollup: what the kernel counts by walking the page tables.
struct PageTables {
    std::uint64_t rss_bytes = 0;
    std::uint64_t pss_bytes = 0;      // never more than rss_bytes
    std::uint64_t private_bytes = 0;  // that no other process has mapped; never more than pss_bytes

    bool operator==(const PageTables&) const = default;
};

std::optional<ProcessStat> parse_stat(std::string_view text);
std::optional<ProcessStatus> parse_status(std::string_view text);
std::optional<IoCounters> parse_io(std::string_view text);
std::optional<PageTables> parse_smaps_rollup(std::string_view text);
// The words of /proc/PID/cmdline; none if the text is empty.
std::vector<std::string> parse_cmdline(std::string_view text);

// /proc/PID/task/TID/children: appends to `into`.
void parse_children(std::string_view text, std::vector<int>& into);
// /proc/sys/kernel/ns_last_pid.
std::optional<int> parse_last_pid(std::string_view text);
// Whether the process has only one pid (NSpid in /proc/PID/status): it has one in each pid namespace from that of the mount down
// to its own.
bool has_one_pid(std::string_view status);

}  // namespace perfwrap
