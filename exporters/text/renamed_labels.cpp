#include "exporters/text/renamed_labels.hpp"

#include <fmt/format.h>

#include "exporters/text/text.hpp"

namespace perfwrap {

std::map<std::string, std::string> renamed_labels(const std::map<std::string, std::string>& labels,
                                                  std::string (*rename)(std::string_view name)) {
    std::map<std::string, std::string> unique;
    for (const auto& [name, value] : labels)
        if (rename(name) == name) unique.emplace(name, valid_utf8(value));
    for (const auto& [name, value] : labels) {
        const auto renamed = rename(name);
        if (renamed == name) continue;
        auto candidate = renamed;
        for (int n = 2; unique.contains(candidate); ++n) candidate = fmt::format("{}_{}", renamed, n);
        unique.emplace(std::move(candidate), valid_utf8(value));
    }
    return unique;
}

}  // namespace perfwrap
