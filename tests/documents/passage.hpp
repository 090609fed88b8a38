// A passage of a document that perfwrap's own tables write. In the document it stands between two lines of comment, of which
// the first holds "begin NAME: written by scripts/documents" and the second "end NAME".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace perfwrap {

struct Passage {
    std::string document;  // its path in the source tree
    std::string name;      // in the markers
    std::string text;      // whole lines
};

// What the document has between the markers of that name; nothing if either marker is missing.
std::optional<std::string> passage_in(std::string_view document, std::string_view name);

// The document with `text` between the markers of that name; nothing if either marker is missing.
std::optional<std::string> with_passage(std::string_view document, std::string_view name, std::string_view text);

}  // namespace perfwrap
