// The command lines of watched processes, shared between all that refer to them. Bounded: they are kept whole while all of them
// take little memory, and cut from then on.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "probes/recording/recorded_command.hpp"

namespace perfwrap {

using Command = std::shared_ptr<const std::vector<std::string>>;

class CommandStore {
public:
    explicit CommandStore(std::size_t whole_bytes = 4 * 1024 * 1024, std::size_t cut_bytes = 512)
        : whole_bytes_(whole_bytes), cut_bytes_(cut_bytes) {}

    Command keep(std::vector<std::string> words) {
        if (*bytes_ + memory_bytes(words) > whole_bytes_) shorten(words, cut_bytes_);
        const auto held = std::make_shared<const Held>(std::move(words), bytes_);
        return {held, &held->words};
    }

    // The size of all command lines that are still in use.
    std::size_t bytes() const { return *bytes_; }

private:
    struct Held {
        Held(std::vector<std::string> all, std::shared_ptr<std::size_t> sum) : words(std::move(all)), total(std::move(sum)) {
            *total += memory_bytes(words);
        }
        ~Held() { *total -= memory_bytes(words); }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;

        std::vector<std::string> words;
        std::shared_ptr<std::size_t> total;
    };

    std::size_t whole_bytes_;
    std::size_t cut_bytes_;
    std::shared_ptr<std::size_t> bytes_ = std::make_shared<std::size_t>(0);
};

}  // namespace perfwrap
