// The texts of /proc/PID: what holds for any text, and that a well-formed one is read as it was written.
#include "probes/system/proc_text.hpp"

#include <fmt/format.h>

#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

bool inside(std::string_view part, std::string_view whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

std::string stat_text(const ProcessStat& s) {
    std::string text = fmt::format("1 ({}) {} {} 0 0 0 0 0 {} {} {} {} {} {} {} {} 0 0 {} 0 {}", s.comm, s.state, s.parent_pid,
                                   s.minor_faults, s.waited_minor_faults, s.major_faults, s.waited_major_faults, s.user_ticks,
                                   s.system_ticks, s.waited_user_ticks, s.waited_system_ticks, s.threads, s.start_ticks);
    for (int field = 23; field < 48; ++field) text += " 0";
    return text + fmt::format(" {} {}\n", s.arguments_address, s.arguments_end);
}

void check_stat(std::string_view input) {
    const auto stat = parse_stat(input);
    if (!stat) return;
    require(inside(stat->comm, input), "comm is part of the text");
    const auto text = stat_text(*stat);
    const auto again = parse_stat(text);
    require(again.has_value(), "a stat that was read can be written and read");
    require(again->comm == stat->comm && stat_text(*again) == text, "a stat comes back as it was written");
}

void check_status(std::string_view input) {
    const auto status = parse_status(input);
    if (!status || !status->memory) return;
    const auto& memory = *status->memory;
    for (const auto bytes : {memory.anon_bytes, memory.file_bytes, memory.shmem_bytes, memory.swap_bytes, memory.rss_peak_bytes})
        require(bytes % 1024 == 0, "the kernel counts memory in KiB");
    const auto again = parse_status(
        fmt::format("VmHWM:\t{} kB\nRssAnon:\t{} kB\nRssFile:\t{} kB\nRssShmem:\t{} kB\nVmSwap:\t{} kB\nSigIgn:\t{:016x}\n"
                    "voluntary_ctxt_switches:\t{}\nnonvoluntary_ctxt_switches:\t{}\n",
                    memory.rss_peak_bytes / 1024, memory.anon_bytes / 1024, memory.file_bytes / 1024, memory.shmem_bytes / 1024,
                    memory.swap_bytes / 1024, status->ignores_sigchld ? 0x10000 : 0, status->voluntary_context_switches,
                    status->involuntary_context_switches));
    require(again && again->memory && again->memory->rss_bytes() == memory.rss_bytes() &&
                again->memory->swap_bytes == memory.swap_bytes && again->memory->rss_peak_bytes == memory.rss_peak_bytes &&
                again->ignores_sigchld == status->ignores_sigchld &&
                again->voluntary_context_switches == status->voluntary_context_switches &&
                again->involuntary_context_switches == status->involuntary_context_switches,
            "a status comes back as it was written");
}

void check_io(std::string_view input) {
    const auto io = parse_io(input);
    if (!io) return;
    const auto again = parse_io(fmt::format("rchar: {}\nwchar: {}\nread_bytes: {}\nwrite_bytes: {}\ncancelled_write_bytes: {}\n",
                                            io->syscall_read_bytes, io->syscall_written_bytes, io->storage_read_bytes,
                                            io->storage_written_bytes, io->storage_cancelled_bytes));
    require(again && again->syscall_read_bytes == io->syscall_read_bytes &&
                again->syscall_written_bytes == io->syscall_written_bytes &&
                again->storage_read_bytes == io->storage_read_bytes &&
                again->storage_written_bytes == io->storage_written_bytes &&
                again->storage_cancelled_bytes == io->storage_cancelled_bytes,
            "I/O counters come back as they were written");
}

void check_pss(std::string_view input) {
    if (const auto memory = parse_smaps_rollup(input))
        require(parse_smaps_rollup(fmt::format("Rss: {} kB\nPss: {} kB\nPrivate_Dirty: {} kB\n", memory->rss_bytes / 1024,
                                               memory->pss_bytes / 1024, memory->private_bytes / 1024)) == memory,
                "resident and proportional sizes come back as they were written");
}

void check_cmdline(std::string_view input) {
    std::string joined;
    for (const auto& word : parse_cmdline(input)) joined += word + '\0';
    if (!input.empty() && input.back() != '\0') joined.pop_back();
    require(joined == input, "the words of a command line are all of it");
}

void check_children(std::string_view input) {
    std::vector<int> children;
    parse_children(input, children);
    std::string list;
    for (const int child : children) list += fmt::format("{} ", child);
    std::vector<int> again;
    parse_children(list, again);
    require(again == children, "a list of children comes back as it was written");
}

}  // namespace

void proc_text(std::string_view input) {
    check_stat(input);
    check_status(input);
    check_io(input);
    check_pss(input);
    check_cmdline(input);
    check_children(input);
}

}  // namespace perfwrap::fuzz
