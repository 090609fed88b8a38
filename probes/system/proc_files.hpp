// Reads /proc, rooted at any directory. A process may vanish between any two reads: that is a normal result, not an error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "probes/system/patient_reader.hpp"
#include "probes/system/proc_text.hpp"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {

enum class Unreadable : std::uint8_t {
    gone,
    denied,
    stuck,  // the kernel does not answer
};

template <class T>
using Read = tl::expected<T, Unreadable>;

// Reuses its buffers: reading stops allocating once the largest file has been seen. Not for two threads at once.
class ProcFs {
public:
    static constexpr std::size_t cmdline_limit = 4096;

    // Error: root is not a readable directory.
    static tl::expected<ProcFs, std::string> open(const std::string& root);

    // False: it was mounted outside, and its pids mean other processes here.
    bool of_own_pid_namespace();

    Read<ProcessStat> stat(int pid);  // comm is valid until the next call
    Read<ProcessStatus> status(int pid_or_tid);
    Read<IoCounters> io(int pid);
    // The same through a file opened while the process was alive: only root can open that of a zombie, but an open one can be
    // read.
    Read<IoCounters> io(const UniqueFd& file);
    UniqueFd open_io(int pid) const;
    // These two look into the memory of the process, and may get stuck.
    Read<PageTables> page_tables(int pid_or_tid);  // takes about 20 ns per page
    // The first bytes of argv, 4096 at most; no words for a zombie. Where a program has written past the end of its arguments,
    // the kernel's file continues into the environment.
    Read<std::vector<std::string>> cmdline(int pid_or_tid, std::uint64_t most_bytes = cmdline_limit);

    // CPU time that other threads have spent on reading for the caller.
    std::uint64_t cpu_elsewhere_ns() const { return cpu_elsewhere_ns_; }

    // The children of one thread. A child belongs to the thread that forked it.
    const std::vector<int>& children(int pid, int tid);
    const std::vector<int>& threads(int pid);
    const std::vector<int>& pids();
    bool has_children_files(int pid);

    // The last pid given out in this pid namespace; empty if the kernel does not report it.
    std::optional<int> last_pid();

private:
    explicit ProcFs(UniqueFd root);

    enum class Extent : std::uint8_t { one_record, whole };
    Read<std::string_view> read(const char* path, Extent extent = Extent::one_record);
    Read<std::string_view> read(const UniqueFd& file, Extent extent);
    Read<std::string> read_patiently(int pid, const char* path, std::size_t most_bytes);
    const std::vector<int>& numeric_entries(const char* directory, std::vector<int>& into);

    UniqueFd root_;
    std::unique_ptr<PatientReader> patient_;
    std::uint64_t cpu_elsewhere_ns_ = 0;
    std::vector<char> buffer_;
    std::vector<int> children_;
    std::vector<int> threads_;
    std::vector<int> pids_;
};

}  // namespace perfwrap
