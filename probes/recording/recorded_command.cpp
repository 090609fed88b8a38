#include "probes/recording/recorded_command.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace perfwrap {
namespace {

std::size_t memory_bytes(const std::string& word) { return sizeof(word) + word.size(); }

std::string_view last_bytes(std::string_view word, std::size_t bytes) {
    return word.substr(word.size() - std::min(bytes, word.size()));
}

}  // namespace

std::size_t memory_bytes(const std::vector<std::string>& command) {
    std::size_t bytes = 0;
    for (const auto& word : command) bytes += memory_bytes(word);
    return bytes;
}

void shorten(std::vector<std::string>& command, std::size_t bytes) {
    if (memory_bytes(command) <= bytes) return;
    std::string middle = "...";
    const std::size_t room = bytes - std::min(bytes, memory_bytes(middle));
    std::size_t used = 0;
    auto first = command.begin();
    while (used + memory_bytes(*first) <= room / 2) used += memory_bytes(*first++);
    auto last = command.end();
    while (used + memory_bytes(*(last - 1)) <= room) used += memory_bytes(*--last);
    // A word that alone takes too much is itself cut in the middle.
    if (last == command.end()) middle += last_bytes(command.back(), first == command.begin() ? (room - used) / 2 : room - used);
    if (first == command.begin()) middle.insert(0, command.front(), 0, (room - used) / 2);
    first = command.erase(first, last);
    command.insert(first, std::move(middle));
    command.shrink_to_fit();
}

}  // namespace perfwrap
