// Splits an input into fields, which end at a NUL, so that seeds are readable text and the fuzzer moves whole values around.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace perfwrap::fuzz {

class Fields {
public:
    explicit Fields(std::string_view input) : rest_(input) {}

    bool empty() const { return rest_.empty(); }

    std::string_view view() {
        const auto end = std::min(rest_.find('\0'), rest_.size());
        const auto field = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return field;
    }

    std::string text() { return std::string{view()}; }

    // 0 if the field does not begin with a number; "inf" and "nan" are numbers too.
    template <class Number>
    Number number() {
        const auto field = view();
        Number value{};
        std::from_chars(field.data(), field.data() + field.size(), value);
        return value;
    }

    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace perfwrap::fuzz
