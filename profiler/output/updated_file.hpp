// Documents that gain something: what is there is read, changed and put back in one step.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "profiler/output/output_target.hpp"

namespace perfwrap {

// The bytes to be there next, from those that are there now, "" if none. Error: why those are refused.
using Update = std::function<tl::expected<std::string, std::string>(std::string_view present)>;

// As check_writable; and what is there can be read.
tl::expected<void, std::string> check_updatable(const std::string& path);

// A regular or new file is replaced in one step, as by write_output, while other perfwraps are kept from it. Anything else, of
// which nothing can be read, gets the update of nothing. What is refused stays as it is.
tl::expected<void, std::string> update_output(const std::string& path, const Update& update);

// All bytes of a file, "" if there is none.
tl::expected<std::string, std::string> present_bytes(const std::string& path);

}  // namespace perfwrap
