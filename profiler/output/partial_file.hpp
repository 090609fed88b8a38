// The result so far of a command that runs: PATH.partial, until PATH is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace perfwrap {

// Empty if PATH is not a regular file: a pipe takes one result and no drafts.
std::optional<std::string> partial_path(const std::string& path);

// Writes PATH.partial in one step, with the permissions that PATH has or would get. Does nothing if there is no partial_path.
// Error: also if a file of that name is not perfwrap's, that is, begins otherwise than the bytes.
tl::expected<void, std::string> write_partial(const std::string& path, std::string_view bytes);

// Also removes one that an earlier run left because it was killed, but none that begins otherwise than the bytes of PATH.
void remove_partial(const std::string& path, std::string_view bytes);

}  // namespace perfwrap
