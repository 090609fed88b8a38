// Reads files for which the kernel may wait for ever: it looks into the memory of a process, which may be locked by a page fault
// that nobody answers (a file of a FUSE server that hangs, for example). Each is read on a separate thread; one that gets no
// answer in time is left behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace perfwrap {

class PatientReader {
public:
    struct Answer {
        int error = 0;  // errno; 0: none
        std::string text;
        std::uint64_t cpu_ns = 0;  // that reading took
    };

    PatientReader() = default;
    ~PatientReader();
    PatientReader(const PatientReader&) = delete;
    PatientReader& operator=(const PatientReader&) = delete;

    // The first bytes of a file of this process or thread, below the directory. Empty: there was no answer within a second, or
    // there is still none to an earlier question about the same process or thread.
    std::optional<Answer> read(int directory, int pid, const std::string& path, std::size_t most_bytes);

private:
    struct Question;
    struct Desk;
    static Answer answer_to(const Question& question);
    static void serve(const std::shared_ptr<Desk>& desk);
    bool has_left_behind(int pid);

    std::shared_ptr<Desk> desk_;  // null: there is no thread
    std::thread thread_;
    std::vector<std::pair<int, std::shared_ptr<Desk>>> left_behind_;
};

}  // namespace perfwrap
