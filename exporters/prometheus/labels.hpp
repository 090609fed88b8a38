// Free-form labels as Prometheus takes them.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace perfwrap {

// [a-zA-Z_][a-zA-Z0-9_]*: other characters become an underscore. A name that would be empty, begin with a digit or with the two
// underscores that Prometheus keeps for itself, or that perfwrap's own series use, is prefixed with "label_".
std::string prometheus_label_name(std::string_view name);

// Every label under a valid name of its own; of those that would share one, the later get _2, _3 and so on, and a name that needs
// no change keeps it. Values are valid UTF-8.
std::map<std::string, std::string> prometheus_labels(const std::map<std::string, std::string>& labels);

}  // namespace perfwrap
