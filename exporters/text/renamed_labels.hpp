// Renames labels for a format that does not allow every name.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace perfwrap {

// Gives every label a unique name that `rename` would not change. Of labels that would share a name, the later ones get _2, _3
// and so on; a name that needs no change is kept. Values become valid UTF-8.
std::map<std::string, std::string> renamed_labels(const std::map<std::string, std::string>& labels,
                                                  std::string (*rename)(std::string_view name));

}  // namespace perfwrap
