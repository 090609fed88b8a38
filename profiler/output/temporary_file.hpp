// A new file that is not visible until it gets its final name.
#pragma once

#include <sys/types.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "probes/system/unique_fd.hpp"
#include "profiler/output/write_trouble.hpp"

namespace perfwrap {

// It has no name where the file system supports O_TMPFILE, so that even a killed perfwrap leaves nothing behind; otherwise it has
// a hidden name in the same directory, which the destructor removes. Replacing an existing file takes a hidden name for a moment,
// too. The file is locked: a hidden file without a lock was left by a perfwrap that was killed.
class TemporaryFile {
public:
    // The mode is subject to the umask. The directory, as from O_PATH, must outlive the file.
    static tl::expected<TemporaryFile, FailedCall> in(const UniqueFd& directory, mode_t mode);
    static tl::expected<TemporaryFile, FailedCall> unnamed_in(const UniqueFd& directory, mode_t mode);
    static tl::expected<TemporaryFile, FailedCall> named_in(const UniqueFd& directory, mode_t mode);

    TemporaryFile(TemporaryFile&& other) noexcept
        : descriptor_(std::move(other.descriptor_)), directory_(other.directory_), name_(std::exchange(other.name_, {})) {}
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile();

    int descriptor() const { return descriptor_.get(); }

    // Gives the file its name in the directory, in one step, replacing what has it.
    tl::expected<void, FailedCall> become(const std::string& name) &&;

    // Removes the files that killed perfwraps of the same user left in a directory.
    static void remove_stale(const UniqueFd& directory);

private:
    TemporaryFile(UniqueFd descriptor, int directory, std::string name)
        : descriptor_(std::move(descriptor)), directory_(directory), name_(std::move(name)) {}

    UniqueFd descriptor_;
    int directory_;
    std::string name_;  // empty while the file has no name
};

}  // namespace perfwrap
