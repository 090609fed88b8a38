// What text from outside must have become before others read it. Written apart from profiler/text, which it judges.
#pragma once

#include <string_view>

namespace perfwrap::fuzz {

bool is_ascii(std::string_view text);

// By nlohmann's reading of UTF-8.
bool is_utf8(std::string_view text);

// Of well-formed UTF-8: no C0 control but a newline, no DEL, no C1 control, no mark that turns the direction of text around.
bool leaves_terminal_alone(std::string_view text);

}  // namespace perfwrap::fuzz
