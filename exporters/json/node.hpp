// A value in a JSON document that knows its place, so that errors can name it: "runs[3].exit.code: ...".
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporters/json/parse_json.hpp"

namespace perfwrap {

// Refers to the document, which must outlive it. Throws WrongDocument if the value does not have the requested type.
class Node {
public:
    explicit Node(const nlohmann::json& document) : value_(&document) {}

    bool is_object() const { return value_->is_object(); }
    bool is_text() const { return value_->is_string(); }
    bool is_null() const { return value_->is_null(); }
    bool has(std::string_view key) const;
    // The value of a key, which must exist.
    Node at(std::string_view key) const;
    // Empty if the key is absent or null.
    std::optional<Node> find(std::string_view key) const;
    std::vector<std::pair<std::string, Node>> members() const;
    std::vector<Node> items() const;

    bool flag() const;
    std::string text() const;
    std::vector<std::string> texts() const;

    template <std::integral Integer>
    Integer integer(Integer lowest = std::numeric_limits<Integer>::min()) const {
        const auto fits = [lowest](auto value) { return std::in_range<Integer>(value) && static_cast<Integer>(value) >= lowest; };
        if (value_->is_number_unsigned()) {
            if (const auto value = value_->get<std::uint64_t>(); fits(value)) return static_cast<Integer>(value);
        } else if (const auto value = signed_integer(); value && fits(*value)) {
            return static_cast<Integer>(*value);
        }
        fail_expecting(fmt::format("a whole number from {} to {}", lowest, std::numeric_limits<Integer>::max()));
    }

    // A number that is not negative. Null becomes NaN, since numbers that are not finite are written as null.
    double amount() const;
    std::vector<double> amounts() const;
    // The same without a fraction and below 2^63.
    double whole_amount() const;
    std::vector<double> whole_amounts() const;

    // The value as messages name it: "an object", "-1", "\"text\"".
    std::string described() const;
    // Throws "PLACE: WHAT".
    [[noreturn]] void fail(std::string_view what) const;
    // Throws "PLACE: expected WHAT, not VALUE".
    [[noreturn]] void fail_expecting(std::string_view what) const;

private:
    Node(const nlohmann::json& value, std::string place) : value_(&value), place_(std::move(place)) {}

    Node member(std::string_view key, const nlohmann::json& value) const;
    Node item(std::size_t index) const;
    void expect_object() const;
    void expect_array() const;
    // For values that are not unsigned integers; accepts a number such as 1.0.
    std::optional<std::int64_t> signed_integer() const;
    std::vector<double> column(std::optional<double> (*convert)(const nlohmann::json&), std::string_view expected) const;

    const nlohmann::json* value_;
    std::string place_;  // "" for the document itself
};

}  // namespace perfwrap
