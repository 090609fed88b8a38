#include "probes/recording/recorded_command.hpp"

#include <algorithm>

namespace perfwrap {
namespace {

std::size_t memory_bytes(const std::string& word) { return sizeof(word) + word.size(); }

}  // namespace

std::size_t memory_bytes(const std::vector<std::string>& command) {
    std::size_t bytes = 0;
    for (const auto& word : command) bytes += memory_bytes(word);
    return bytes;
}

void shorten(std::vector<std::string>& command, std::size_t bytes) {
    if (memory_bytes(command) <= bytes) return;
    constexpr std::string_view cut = "...";
    std::size_t left = bytes - std::min(bytes, sizeof(std::string) + cut.size());
    std::vector<std::string> kept;
    for (auto& word : command) {
        if (memory_bytes(word) > left) {
            if (left > sizeof(std::string)) kept.push_back(word.substr(0, left - sizeof(std::string)));
            break;
        }
        left -= memory_bytes(word);
        kept.push_back(std::move(word));
    }
    if (kept.empty())
        kept.emplace_back(cut);
    else
        kept.back() += cut;
    command = std::move(kept);
}

}  // namespace perfwrap
