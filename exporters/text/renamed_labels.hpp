// Labels of any name in a format that does not take every name.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace perfwrap {

// Every label under a name of its own that `rename` leaves as it is. Of those that would share one, the later get _2, _3 and so
// on, and a name that needs no change keeps it. Values are valid UTF-8.
std::map<std::string, std::string> renamed_labels(const std::map<std::string, std::string>& labels,
                                                  std::string (*rename)(std::string_view name));

}  // namespace perfwrap
