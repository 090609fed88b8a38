#include "profiler/output/write_trouble.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "probes/system/working_folder.hpp"

namespace perfwrap {
namespace {

std::string_view remedy(int error) {
    switch (error) {
        case EACCES:
        case EPERM: return "change its permissions or choose another path";
        case ENOENT:
            return working_folder_is_gone() ? "the working folder has been deleted; change to one that exists (cd)"
                                            : "choose another path";
        case EROFS: return "choose a path on a writable file system";
        case ENOSPC:
        case EDQUOT: return "free some space or choose another path";
        case EFBIG: return "raise the limit (ulimit -f) or choose another path";
        case EPIPE: return "keep its reader running until perfwrap has ended";
        case ENAMETOOLONG: return "choose a shorter name";
        case ENXIO: return "keep its reader running until perfwrap has ended";
        case ETIMEDOUT: return "its reader has stopped reading";
        case ELOOP: return "break the loop of symbolic links";
        default: return "choose another path";
    }
}

std::string_view what_is_written(std::string_view path) { return path == "-" ? "standard output" : path; }

}  // namespace

bool is_refusal(int error) { return error == ENOSYS || error == EPERM || error == EINVAL || error == EOPNOTSUPP; }

std::string write_trouble(std::string_view path, int error) {
    return fmt::format("cannot write {}: {}; {}", what_is_written(path), std::generic_category().message(error), remedy(error));
}

std::string write_trouble(std::string_view path, const FailedCall& failed) {
    if (!is_refusal(failed.error)) return write_trouble(path, failed.error);
    return fmt::format("cannot write {}: {}: {}; allow this system call, change the permissions or choose another path",
                       what_is_written(path), failed.name, std::generic_category().message(failed.error));
}

}  // namespace perfwrap
