// What /proc tells of processes, as proc(5) documents it. The parse functions are pure; ProcFs reads, rooted at any directory.
// A process may vanish between any two reads: that is a normal result, not an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// /proc/PID/stat. Times are in clock ticks, sysconf(_SC_CLK_TCK) to a second, rounded down.
struct ProcessStat {
    std::string_view comm;  // part of the text that was parsed
    char state = '?';
    int parent_pid = 0;
    std::uint64_t minor_faults = 0;
    std::uint64_t waited_minor_faults = 0;  // of children that were waited for, and theirs
    std::uint64_t major_faults = 0;
    std::uint64_t waited_major_faults = 0;
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;
    std::uint64_t waited_user_ticks = 0;
    std::uint64_t waited_system_ticks = 0;
    std::uint32_t threads = 0;
    std::uint64_t start_ticks = 0;        // since boot; with the pid, the identity of a process
    std::uint64_t arguments_address = 0;  // another one after each exec; 0 where the kernel hides it
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

// /proc/PID/io: with the ended threads and the children that were waited for.
struct IoCounters {
    std::uint64_t syscall_read_bytes = 0;
    std::uint64_t syscall_written_bytes = 0;
    std::uint64_t storage_read_bytes = 0;
    std::uint64_t storage_written_bytes = 0;

    IoCounters& operator+=(const IoCounters& other);
};

std::optional<ProcessStat> parse_stat(std::string_view text);
std::optional<ProcessStatus> parse_status(std::string_view text);
std::optional<IoCounters> parse_io(std::string_view text);
std::optional<std::uint64_t> parse_pss_bytes(std::string_view smaps_rollup);
// argv as /proc/PID/cmdline separates it; an empty text gives no words.
std::vector<std::string> parse_cmdline(std::string_view text);

enum class Unreadable : std::uint8_t { gone, denied };

template <class T>
using Read = tl::expected<T, Unreadable>;

// Reuses its buffers: reading allocates only until the largest file was seen. Not for two threads at once.
class ProcFs {
public:
    static constexpr std::size_t cmdline_limit = 4096;

    // Error: root is no directory that can be read.
    static tl::expected<ProcFs, std::string> open(const std::string& root);

    // False: it was mounted outside, and its numbers are other processes' here.
    bool of_own_pid_namespace();

    Read<ProcessStat> stat(int pid);  // comm is valid until the next call
    Read<ProcessStatus> status(int pid_or_tid);
    Read<IoCounters> io(int pid);
    // The same through a file opened while the process lived: that of a zombie is root's to open, but an open one can be read.
    Read<IoCounters> io(const UniqueFd& file);
    UniqueFd open_io(int pid) const;
    Read<std::uint64_t> pss_bytes(int pid_or_tid);
    // The first bytes of argv, 4096 at most; no words for a zombie. The kernel's file goes on into the environment where a
    // program has written over the end of its arguments.
    Read<std::vector<std::string>> cmdline(int pid_or_tid, std::uint64_t most_bytes = cmdline_limit);

    // The children of one thread. A child belongs to the thread that forked it.
    const std::vector<int>& children(int pid, int tid);
    const std::vector<int>& threads(int pid);
    const std::vector<int>& pids();
    bool has_children_files(int pid);

    // The pid that was given out last in this pid namespace; none where the kernel does not tell.
    std::optional<int> last_pid();

private:
    explicit ProcFs(UniqueFd root);

    enum class Extent : std::uint8_t { one_record, whole };
    Read<std::string_view> read(const char* path, Extent extent = Extent::one_record);
    Read<std::string_view> read(const UniqueFd& file, Extent extent);
    const std::vector<int>& numeric_entries(const char* directory, std::vector<int>& into);

    UniqueFd root_;
    std::vector<char> buffer_;
    std::vector<int> children_;
    std::vector<int> threads_;
    std::vector<int> pids_;
};

}  // namespace perfwrap
