// Bytes as a JSON document.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

namespace perfwrap {

// A document that is not what it should be: what() says why, and where in it.
struct WrongDocument : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Throws WrongDocument. However deeply it is nested, the document can be read and thrown away; copying one takes a stack as deep.
nlohmann::json parse_json(std::string_view bytes);

}  // namespace perfwrap
