// A result on the terminal: names of programs and arguments are escaped.
#include "exporters/screen/summary.hpp"

#include <array>

#include "tests/fuzz/foreign_text.hpp"
#include "tests/fuzz/fuzzed_result.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

std::string without_colour(std::string text) {
    for (const std::string_view code : {"\033[1m", "\033[31m", "\033[33m", "\033[0m"})
        for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at)) text.erase(at, code.size());
    return text;
}

}  // namespace

void summary(std::string_view input) {
    const int width = input.empty() ? 80 : static_cast<unsigned char>(input.front()) * 2;
    const auto result = result_from(input);
    for (const bool unicode : {true, false}) {
        SummaryStyle style{.colour = false, .sparklines = true, .unicode = unicode, .width = width};
        const auto plain = format_summary(result, style);
        require(plain.ends_with('\n') && leaves_terminal_alone(plain), "no foreign text reaches the terminal unescaped");
        require(unicode || is_ascii(plain), "ASCII if nothing else can be shown");
        style.colour = true;
        require(without_colour(format_summary(result, style)) == plain, "colour changes nothing but the colour");
    }
}

}  // namespace perfwrap::fuzz
