// Keeps other perfwraps from the documents of a folder while one reads them and puts others in their place.
#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// A flock(2) on the folder itself: it leaves nothing behind, and ends with the process that holds it. Where a folder cannot be
// locked, because it may not be read or its file system has no such locks, there is none.
class FolderLock {
public:
    // Waits while somebody else has it. Error: for so long that it will not be waited for any longer.
    static tl::expected<FolderLock, std::string> take(const std::string& folder,
                                                      std::chrono::milliseconds patience = std::chrono::seconds(30));

private:
    explicit FolderLock(UniqueFd folder) : folder_(std::move(folder)) {}

    UniqueFd folder_;
};

}  // namespace perfwrap
