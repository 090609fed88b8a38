// A new file that nobody sees until it takes its place under its final name.
#pragma once

#include <sys/types.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// Without a name where the file system has O_TMPFILE, so that even a killed perfwrap leaves nothing; else under a hidden name in
// the same folder, removed by the destructor. Also the moment of replacing an old file takes a hidden name. It is locked: a
// hidden file without a lock was left by a perfwrap that was killed.
class TemporaryFile {
public:
    // The mode is subject to the umask. Error: an errno.
    static tl::expected<TemporaryFile, int> in(const std::string& folder, mode_t mode);

    TemporaryFile(TemporaryFile&& other) noexcept
        : descriptor_(std::move(other.descriptor_)), folder_(std::move(other.folder_)), name_(std::exchange(other.name_, {})) {}
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile();

    int descriptor() const { return descriptor_.get(); }

    // Puts the file at `path`, in the same folder, in one step, in place of what is there. Returns an errno, 0 if done.
    int become(const std::string& path) &&;

    // Removes what killed perfwraps of the same user left in a folder.
    static void remove_stale(const std::string& folder);

private:
    TemporaryFile(UniqueFd descriptor, std::string folder, std::string name)
        : descriptor_(std::move(descriptor)), folder_(std::move(folder)), name_(std::move(name)) {}

    UniqueFd descriptor_;
    std::string folder_;
    std::string name_;  // path; empty while the file has no name
};

}  // namespace perfwrap
