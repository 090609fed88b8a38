// What all processes of each program used, whether they have a row of their own or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace perfwrap {

struct ProgramUse {
    std::uint64_t processes = 0;
    std::uint64_t cpu_ns = 0;
    std::uint64_t rss_peak_bytes = 0;  // of the largest one; 0: not known

    void add(const ProgramUse& more);
};

struct ProgramTotal {
    std::string program;
    ProgramUse used;
};

// Bounded: once there are many programs, further ones are summed up together. A program with a total of its own has all of it.
class ProgramTotals {
public:
    static constexpr std::size_t most_programs = 1000;
    static constexpr std::size_t longest_name = 255;  // a file name has at most that many bytes

    void add(std::string_view program, const ProgramUse& used);

    // Most CPU first, then largest.
    std::vector<ProgramTotal> sorted() const;
    const ProgramUse& others() const { return others_; }

private:
    std::map<std::string, ProgramUse, std::less<>> programs_;
    ProgramUse others_;
};

}  // namespace perfwrap
