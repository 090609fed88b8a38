// The result so far of a command that runs: PATH.partial, until PATH is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace perfwrap {

// Nothing for what is no regular file: a pipe takes one result and no drafts.
std::optional<std::string> partial_path(const std::string& path);

// In one step, with the permissions that PATH has or would get; does nothing where there is no partial_path.
tl::expected<void, std::string> write_partial(const std::string& path, std::string_view bytes);

// Also one of an earlier run that was killed.
void remove_partial(const std::string& path);

}  // namespace perfwrap
