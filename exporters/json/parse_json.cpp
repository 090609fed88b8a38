#include "exporters/json/parse_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace perfwrap {

nlohmann::json parse_json(std::string_view bytes) {
    if (bytes.empty()) throw WrongDocument("it is empty");
    try {
        return nlohmann::json::parse(bytes);
    } catch (const nlohmann::json::parse_error& error) {
        const auto before = bytes.substr(0, error.byte - 1);
        const auto line = std::ranges::count(before, '\n') + 1;
        if (error.byte > bytes.size()) throw WrongDocument(fmt::format("it is cut off: the JSON ends within line {}", line));
        const auto column = before.size() - (before.rfind('\n') + 1) + 1;
        throw WrongDocument(fmt::format("it is not JSON: line {}, column {}", line, column));
    } catch (const nlohmann::json::out_of_range&) {
        throw WrongDocument("it cannot be read: a number is too large");
    }
}

}  // namespace perfwrap
