// What must be true of text from outside before other programs read it. Independent of exporters/text, which it checks.
#pragma once

#include <string_view>

namespace perfwrap::fuzz {

bool is_ascii(std::string_view text);

// According to nlohmann's UTF-8 decoder.
bool is_utf8(std::string_view text);

// For well-formed UTF-8: no C0 control except newline, no DEL, no C1 control, no mark that changes the direction of text.
bool leaves_terminal_alone(std::string_view text);

}  // namespace perfwrap::fuzz
