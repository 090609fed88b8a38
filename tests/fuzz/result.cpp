// A result file: whatever can be read can be written, and does not change from then on.
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
        require(!first.error().empty() && is_utf8(first.error()), "the error message is UTF-8");
        require(leaves_terminal_alone(first.error()), "the error message does not contain the document's control characters");
        return;
    }
    const auto file = format_json(*first);
    const auto second = read_result(file);
    require(second.has_value(), "what was read can be written and read");
    require(format_json(*second) == file, "what was written is read unchanged");
}

}  // namespace perfwrap::fuzz
