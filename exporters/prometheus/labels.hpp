// Turns free-form labels into valid Prometheus labels.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace perfwrap {

// [a-zA-Z_][a-zA-Z0-9_]*: other characters become an underscore. A name that would be empty, begin with a digit or with the two
// underscores that Prometheus reserves, or be one of perfwrap's own, is prefixed with "label_".
std::string prometheus_label_name(std::string_view name);

// Gives every label a valid and unique name: of labels that would share a name, the later ones get _2, _3 and so on; a name that
// is valid already is kept. Values become valid UTF-8.
std::map<std::string, std::string> prometheus_labels(const std::map<std::string, std::string>& labels);

}  // namespace perfwrap
