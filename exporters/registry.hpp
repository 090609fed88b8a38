// The registry of output formats, one row each. The help, the documentation and the handling of -o follow from it.
//
// Making a document is a pure function; profiler/output reads and writes the files.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "exporters/result/result.hpp"

namespace perfwrap {

// A document that holds a single result and replaces what was there.
using WholeDocument = std::string (*)(const Result&);

// A document to which a result is added: takes the present bytes ("" if there are none) and returns the new ones. Error: why the
// present ones are refused; the document is then not changed.
using UpdatedDocument = tl::expected<std::string, std::string> (*)(std::string_view present, const Result&);

// Documents in a directory, each with its path within it: "host/results.json". Other files in the directory are kept.
struct DocumentInFolder {
    std::string path;
    UpdatedDocument document;
};
using DocumentFolder = std::vector<DocumentInFolder> (*)(const Result&);

struct Exporter {
    std::string_view name;         // as in -o NAME:PATH
    std::string_view suffix;       // ".json"; "" if only the name selects it
    std::string_view description;  // for --help
    std::string_view lost;         // what the document lacks of the result, for the documentation

    // How a result becomes a document.
    std::variant<WholeDocument, UpdatedDocument, DocumentFolder> of_result;
};

std::span<const Exporter> exporters();

// The row of that name; nullptr if there is none.
const Exporter* find_exporter(std::span<const Exporter> rows, std::string_view name);

}  // namespace perfwrap
