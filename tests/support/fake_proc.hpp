// A directory that looks like /proc, for as long as the object lives.
#pragma once

#include <fmt/format.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace perfwrap::test {

struct FakeProcess {
    int pid = 0;
    int parent_pid = 0;
    std::string comm = "program";
    char state = 'S';
    std::uint64_t minor_faults = 100;
    std::uint64_t waited_minor_faults = 0;
    std::uint64_t user_ticks = 0;
    std::uint64_t system_ticks = 0;
    std::uint64_t waited_user_ticks = 0;
    std::uint64_t waited_system_ticks = 0;
    int threads = 1;
    std::uint64_t start_ticks = 1000;
    std::uint64_t anon_kib = 0;
    std::uint64_t file_kib = 0;
    std::uint64_t shmem_kib = 0;
    std::uint64_t swap_kib = 0;
    std::string ignored_signals = "0000000000000000";
    std::uint64_t arguments_address = 140000000000000 + static_cast<std::uint64_t>(pid) * 100;
    std::string cmdline{"program\0--option\0", 17};
};

inline std::string stat_text(const FakeProcess& p) {
    return fmt::format(
        "{} ({}) {} {} 7 7 0 -1 4194304 {} {} 0 0 {} {} {} {} 20 0 {} 0 {} 4096000 250 18446744073709551615 1 1 0 0 0 0 0 0 0 "
        "0 0 0 17 1 0 0 0 0 0 0 0 0 {} {} 140000000000030 0\n",
        p.pid, p.comm, p.state, p.parent_pid, p.minor_faults, p.waited_minor_faults, p.user_ticks, p.system_ticks,
        p.waited_user_ticks, p.waited_system_ticks, p.threads, p.start_ticks, p.arguments_address, p.arguments_address + 20);
}

inline std::string status_text(const FakeProcess& p) {
    const auto memory =
        p.state == 'Z'
            ? std::string{}
            : fmt::format(
                  "VmPeak:\t  99999 kB\nVmHWM:\t {} kB\nVmRSS:\t {} kB\nRssAnon:\t {} kB\nRssFile:\t {} kB\nRssShmem:\t {} "
                  "kB\nVmSwap:\t {} kB\n",
                  p.anon_kib + p.file_kib + p.shmem_kib + 8, p.anon_kib + p.file_kib + p.shmem_kib, p.anon_kib, p.file_kib,
                  p.shmem_kib, p.swap_kib);
    return fmt::format(
        "Name:\t{}\nState:\t{} (whatever)\nPid:\t{}\nPPid:\t{}\n{}Threads:\t{}\nSigBlk:\t0000000000010000\nSigIgn:\t{}\n"
        "voluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n",
        p.comm, p.state, p.pid, p.parent_pid, memory, p.threads, p.ignored_signals);
}

class FakeProc {
public:
    FakeProc() {
        std::string name = std::filesystem::temp_directory_path() / "perfwrap-fake-proc-XXXXXX";
        if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
        root_ = name;
    }
    ~FakeProc() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    FakeProc(const FakeProc&) = delete;
    FakeProc& operator=(const FakeProc&) = delete;

    std::string root() const { return root_; }

    void write(const std::string& path, std::string_view text) const {
        const auto file = root_ / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }

    void put(const FakeProcess& process) const {
        const auto directory = std::to_string(process.pid);
        write("self/status", "Name:\tperfwrap\nNSpid:\t12\n");
        write(directory + "/stat", stat_text(process));
        write(directory + "/status", status_text(process));
        write(directory + "/cmdline", process.cmdline);
        std::filesystem::create_directories(root_ / directory / "task" / directory);
    }

    void children(int pid, int tid, std::string_view pids) const { write(fmt::format("{}/task/{}/children", pid, tid), pids); }
    void remove(int pid) const { std::filesystem::remove_all(root_ / std::to_string(pid)); }

private:
    std::filesystem::path root_;
};

}  // namespace perfwrap::test
