// The registry of output formats. An exporter is a pure function from a Result to bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exporters/result/result.hpp"

namespace perfwrap {

struct Exporter {
    std::string_view name;         // as in -o NAME:PATH
    std::string_view suffix;       // ".json"; "" if only the name selects it
    std::string_view description;  // for --help
    std::string_view lost;         // what of a result it does not hold, for the documents
    std::string (*format)(const Result&);
};

std::span<const Exporter> exporters();

const Exporter* find_exporter(std::string_view name);

}  // namespace perfwrap
