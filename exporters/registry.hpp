// The registry of output formats: a row each. From it come the help, the documents and what is to be done with an -o.
//
// How a document comes about is a pure function; reading what is there and writing it is profiler/output's.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "exporters/result/result.hpp"

namespace perfwrap {

// A document that holds one result, in place of whatever was there.
using WholeDocument = std::string (*)(const Result&);

// A document that gains a result: the bytes that are there, "" if there are none, become those that are there next. Error: why
// they are refused; they stay.
using UpdatedDocument = tl::expected<std::string, std::string> (*)(std::string_view present, const Result&);

// Documents in a folder, each under its path in it: "host/results.json". A folder that is there keeps what they do not name.
struct DocumentInFolder {
    std::string path;
    UpdatedDocument document;
};
using DocumentFolder = std::vector<DocumentInFolder> (*)(const Result&);

struct Exporter {
    std::string_view name;         // as in -o NAME:PATH
    std::string_view suffix;       // ".json"; "" if only the name selects it
    std::string_view description;  // for --help
    std::string_view lost;         // what of a result it does not hold, for the documents

    // A column for each kind of value that formats are made of.
    std::variant<WholeDocument, UpdatedDocument, DocumentFolder> of_result;
};

std::span<const Exporter> exporters();

// The row of that name; nullptr if there is none.
const Exporter* find_exporter(std::span<const Exporter> rows, std::string_view name);

}  // namespace perfwrap
