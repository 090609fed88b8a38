// A word, a key and the text to look for them in.
#include "probes/system/kernel_text.hpp"

#include <fmt/format.h>

#include "tests/fuzz/fields.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {

void kernel_text(std::string_view input) {
    Fields fields(input);
    const auto key = fields.view();
    const auto text = fields.rest();

    const auto value = field_of(text, key);
    require(value.find('\n') == std::string_view::npos, "a field's value is on one line");
    require(value.empty() || (value.front() != ' ' && value.front() != '\t'), "no blank before a value");
    require(value.empty() || text.find(key) != std::string_view::npos, "a field that is not there has no value");
    require(!has_word(text, key) || text.find(key) != std::string_view::npos, "a word that is not there is not found");
    if (const auto number = number_after(text, key))
        require(text.find(fmt::format("{} ", key)) != std::string_view::npos, "a counter that is not there has no value");

    const bool plain = !key.empty() && key.find_first_of(" \t\n:") == std::string_view::npos;
    if (!plain) return;
    require(field_of(fmt::format("{} :\t 1 2\n{}", key, text), key) == "1 2", "the first line of a key counts");
    require(number_after(fmt::format("{} 12\n{}", key, text), key) == 12, "the first counter of a key counts");
    require(has_word(fmt::format("{} {}", text, key), key), "the last word is a word");
    for (const int base : {10, 16})
        if (const auto number = leading_number(text, base))
            require(leading_number(base == 10 ? fmt::format("{}", *number) : fmt::format("{:x}", *number), base) == number,
                    "a number comes back as it was written");
}

}  // namespace perfwrap::fuzz
