// Documents to which a result is added: what is there is read, changed and replaced in one step.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "profiler/output/output_target.hpp"

namespace perfwrap {

// Returns the new bytes of a document, given the present ones ("" if there is none). Error: why those are refused.
using Update = std::function<tl::expected<std::string, std::string>(std::string_view present)>;

// Like check_writable; also checks that an existing file can be read.
tl::expected<void, std::string> check_updatable(const std::string& path);

// A regular or new file is replaced in one step, as by write_output, while its directory is locked. Anything else cannot be read
// and gets the update of an empty document. If the update is refused, nothing is written.
tl::expected<void, std::string> update_output(const std::string& path, const Update& update);

// All bytes of a file, "" if there is none. `path` is its name in errors.
tl::expected<std::string, std::string> present_bytes(const std::string& path, const Replaceable& target);

}  // namespace perfwrap
