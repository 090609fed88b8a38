// Why something cannot be written, and what to do, as a sentence.
#pragma once

#include <string>
#include <string_view>

namespace perfwrap {

// A system call that failed.
struct FailedCall {
    std::string_view name;
    int error = 0;
};

// What a system call filter or an old kernel answers instead of making the call.
bool is_refusal(int error);

// "cannot write PATH: No space left on device; free some space or choose another path".
std::string write_trouble(std::string_view path, int error);

// The same, which also names a call that was refused.
std::string write_trouble(std::string_view path, const FailedCall& failed);

}  // namespace perfwrap
