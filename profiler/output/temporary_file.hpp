// A new file that is not visible until it gets its final name.
#pragma once

#include <sys/types.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// It has no name where the file system supports O_TMPFILE, so that even a killed perfwrap leaves nothing behind; otherwise it has
// a hidden name in the same directory, which the destructor removes. Replacing an existing file takes a hidden name for a moment,
// too. The file is locked: a hidden file without a lock was left by a perfwrap that was killed.
class TemporaryFile {
public:
    // The mode is subject to the umask. Error: an errno.
    static tl::expected<TemporaryFile, int> in(const std::string& folder, mode_t mode);

    TemporaryFile(TemporaryFile&& other) noexcept
        : descriptor_(std::move(other.descriptor_)), folder_(std::move(other.folder_)), name_(std::exchange(other.name_, {})) {}
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile();

    int descriptor() const { return descriptor_.get(); }

    // Moves the file to `path`, in the same directory, in one step, replacing what is there. Returns 0 or an errno.
    int become(const std::string& path) &&;

    // Removes the files that killed perfwraps of the same user left in a directory.
    static void remove_stale(const std::string& folder);

private:
    TemporaryFile(UniqueFd descriptor, std::string folder, std::string name)
        : descriptor_(std::move(descriptor)), folder_(std::move(folder)), name_(std::move(name)) {}

    UniqueFd descriptor_;
    std::string folder_;
    std::string name_;  // path; empty while the file has no name
};

}  // namespace perfwrap
