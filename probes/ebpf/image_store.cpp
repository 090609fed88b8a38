#include "probes/ebpf/image_store.hpp"

#include <utility>

#include "probes/recording/recorded_command.hpp"

namespace perfwrap {

Argv split_argv(std::string_view bytes, bool cut) {
    Argv argv;
    while (!bytes.empty()) {
        const auto end = bytes.find('\0');
        argv.emplace_back(bytes.substr(0, end));
        if (end == std::string_view::npos) break;
        bytes.remove_prefix(end + 1);
    }
    if (cut && !argv.empty()) argv.back() += "...";
    return argv;
}

void ImageStore::add(std::uint64_t image, Argv argv) {
    const std::size_t bytes = sizeof(Entry) + memory_bytes(argv);
    uses_.push_front(image);
    entries_[image] = {std::make_shared<const Argv>(std::move(argv)), bytes, uses_.begin()};
    bytes_ += bytes;
    while (bytes_ > byte_limit_ && entries_.size() > 1) {
        const auto oldest = entries_.find(uses_.back());
        bytes_ -= oldest->second.bytes;
        entries_.erase(oldest);
        uses_.pop_back();
    }
}

std::shared_ptr<const Argv> ImageStore::find(std::uint64_t image) {
    const auto entry = entries_.find(image);
    if (entry == entries_.end()) return nullptr;
    uses_.splice(uses_.begin(), uses_, entry->second.use);
    return entry->second.argv;
}

}  // namespace perfwrap
