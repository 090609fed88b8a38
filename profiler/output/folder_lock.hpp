// Lets only one perfwrap at a time read and replace the documents of a directory.
#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// A flock(2) on the directory itself: it leaves nothing behind, and ends with the process that holds it. A directory that cannot
// be locked, because it is not readable or its file system has no such locks, is used without a lock.
class FolderLock {
public:
    // Waits while another process holds the lock on the directory, whose path is for messages. Error: it still holds it after
    // `patience`.
    static tl::expected<FolderLock, std::string> take(const UniqueFd& directory, const std::string& path,
                                                      std::chrono::milliseconds patience = std::chrono::seconds(30));

private:
    explicit FolderLock(UniqueFd folder) : folder_(std::move(folder)) {}

    UniqueFd folder_;
};

}  // namespace perfwrap
