// A result file: whatever is read can be written, and is the same file from then on.
#include <string>

#include "exporters/json/result_reader.hpp"
#include "exporters/json/result_writer.hpp"
#include "tests/fuzz/foreign_text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {

void result(std::string_view input) {
    const auto first = read_result(input);
    if (!first) {
        require(!first.error().empty() && is_utf8(first.error()), "what is wrong is said in UTF-8");
        require(leaves_terminal_alone(first.error()), "what is wrong is said without the document's control characters");
        return;
    }
    const auto file = format_json(*first);
    const auto second = read_result(file);
    require(second.has_value(), "what was read can be written and read");
    require(format_json(*second) == file, "what was written comes back as it is");
}

}  // namespace perfwrap::fuzz
