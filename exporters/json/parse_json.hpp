// Parses JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace perfwrap {

// Thrown for an invalid document: what() says what is wrong, and where.
struct WrongDocument : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Throws WrongDocument. A document of any depth can be parsed and destroyed; copying one takes stack in proportion to its depth.
nlohmann::json parse_json(std::string_view bytes);

}  // namespace perfwrap
