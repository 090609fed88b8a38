// Foreign bytes made harmless and broken into lines.
#include "exporters/text/text.hpp"

#include <algorithm>

#include "tests/fuzz/foreign_text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

bool one_harmless_line(std::string_view text) { return leaves_terminal_alone(text) && text.find('\n') == std::string_view::npos; }

}  // namespace

void text(std::string_view input) {
    const auto valid = valid_utf8(input);
    require(is_utf8(valid), "what is made valid is valid");
    require(!is_utf8(input) || valid == input, "valid text is unchanged");

    for (const bool unicode : {true, false}) {
        const auto line = printable(input, unicode);
        require(one_harmless_line(line), "what is made printable is one harmless line");
        require(unicode || is_ascii(line), "ASCII if nothing else can be shown");
        require(printable(line, unicode) == line, "printable text is unchanged");
        for (const int width : {3, 8, 40}) {
            const auto cut = truncate_to_width(line, width, unicode);
            require(display_width(cut) <= width && one_harmless_line(cut), "what is cut fits and is harmless");
        }
        auto words = words_of(line);
        std::string joined;
        for (const auto& each : flow(words, "", 20)) {
            const auto blanks = std::ranges::count(each, ' ');
            require(display_width(each) <= 20 || blanks == 0, "lines are no longer than requested, except for single words");
            joined += joined.empty() ? each : " " + each;
        }
        require(words_of(joined) == words, "no word is lost between lines");
    }
}

}  // namespace perfwrap::fuzz
