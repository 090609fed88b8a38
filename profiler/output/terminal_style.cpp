#include "profiler/output/terminal_style.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace perfwrap {
namespace {

// A locale is named LANGUAGE.CODESET@MODIFIER; without a codeset it has the one that its language had before Unicode.
bool is_utf8(std::string_view locale) {
    const auto codeset = locale.substr(std::min(locale.find('.'), locale.size()));
    return codeset.find("UTF-8") != std::string_view::npos || codeset.find("utf8") != std::string_view::npos ||
           codeset.find("UTF8") != std::string_view::npos || codeset.find("utf-8") != std::string_view::npos;
}

}  // namespace

SummaryStyle style_of_terminal() {
    SummaryStyle style;
    const bool terminal = isatty(STDERR_FILENO) == 1;
    const char* no_colour = std::getenv("NO_COLOR");
    const char* kind = std::getenv("TERM");
    style.colour =
        terminal && (no_colour == nullptr || *no_colour == '\0') && (kind == nullptr || std::string_view(kind) != "dumb");
    style.sparklines = terminal;
    for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* locale = std::getenv(variable);
        if (locale == nullptr || *locale == '\0') continue;
        style.unicode = is_utf8(locale);
        break;
    }
    winsize size{};
    if (terminal && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.width = size.ws_col;
    return style;
}

}  // namespace perfwrap
