// Lays out the summary: labels in a column, facts wrapped at the right edge.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/screen/summary.hpp"
#include "exporters/text/text.hpp"

namespace perfwrap {

class Screen {
public:
    explicit Screen(const SummaryStyle& style);

    void line(std::string_view text);
    // A label and its facts, separated by commas; prints nothing if there are no facts.
    void row(std::string_view label, const std::vector<std::string>& facts);
    // Prints why metrics that were asked for were not measured: each reason once, with its metrics, in at most two lines unless
    // the first reason alone takes more. If none is missing, prints the options that would add more.
    void not_measured(const std::map<Metric, Absence>& unavailable);
    void warning(std::string_view sentence);

    std::string bold(std::string_view text) const { return painted("1", text); }
    std::string red(std::string_view text) const { return painted("31", text); }

    std::string harmless(std::string_view foreign) const;
    std::string cut(std::string_view harmless_text, int columns) const;
    std::string_view ellipsis() const { return perfwrap::ellipsis(style_.unicode); }
    bool unicode() const { return style_.unicode; }
    int width() const { return style_.width; }

    const std::string& text() const { return text_; }

private:
    std::string painted(std::string_view code, std::string_view text) const;

    SummaryStyle style_;
    std::string text_;
};

}  // namespace perfwrap
