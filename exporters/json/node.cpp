#include "exporters/json/node.hpp"

#include <algorithm>
#include <cmath>

#include "exporters/text/text.hpp"

namespace perfwrap {
namespace {

constexpr std::string_view any_amount = "a number that is not negative";
constexpr std::string_view any_whole_amount = "a whole number that is not negative and below 2^63";

std::optional<double> amount_of(const nlohmann::json& value) {
    if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!value.is_number()) return std::nullopt;
    const auto number = value.get<double>();
    return number < 0 ? std::nullopt : std::optional(number);
}

std::optional<double> whole_amount_of(const nlohmann::json& value) {
    constexpr double too_large = 9223372036854775808.0;
    const auto amount = amount_of(value);
    if (!amount || std::isnan(*amount)) return amount;
    return *amount < too_large && *amount == std::trunc(*amount) ? amount : std::nullopt;
}

// Text of the document, made safe for a message.
std::string shown(std::string_view text) {
    constexpr int columns = 60;
    return truncate_to_width(printable(text, true), columns, true);
}

bool is_plain(std::string_view key) {
    const auto is_word_character = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !key.empty() && std::ranges::all_of(key, is_word_character);
}

std::string describe(const nlohmann::json& value) {
    switch (value.type()) {
        case nlohmann::json::value_t::object: return "an object";
        case nlohmann::json::value_t::array: return "an array";
        case nlohmann::json::value_t::string: return fmt::format("\"{}\"", shown(value.get_ref<const std::string&>()));
        default: return value.dump();
    }
}

}  // namespace

bool Node::has(std::string_view key) const {
    expect_object();
    return value_->contains(key);
}

Node Node::at(std::string_view key) const {
    expect_object();
    const auto found = value_->find(key);
    if (found == value_->end()) fail(fmt::format("\"{}\" is missing", key));
    return member(key, *found);
}

std::optional<Node> Node::find(std::string_view key) const {
    expect_object();
    const auto found = value_->find(key);
    if (found == value_->end() || found->is_null()) return std::nullopt;
    return member(key, *found);
}

std::vector<std::pair<std::string, Node>> Node::members() const {
    expect_object();
    std::vector<std::pair<std::string, Node>> members;
    for (const auto& [key, value] : value_->items()) members.emplace_back(key, member(key, value));
    return members;
}

std::vector<Node> Node::items() const {
    expect_array();
    std::vector<Node> items;
    for (std::size_t i = 0; i < value_->size(); ++i) items.push_back(item(i));
    return items;
}

bool Node::flag() const {
    if (!value_->is_boolean()) fail_expecting("true or false");
    return value_->get<bool>();
}

std::string Node::text() const {
    if (!value_->is_string()) fail_expecting("a string");
    return value_->get<std::string>();
}

std::vector<std::string> Node::texts() const {
    std::vector<std::string> texts;
    for (const auto& each : items()) texts.push_back(each.text());
    return texts;
}

double Node::amount() const {
    const auto amount = amount_of(*value_);
    if (!amount) fail_expecting(any_amount);
    return *amount;
}

std::vector<double> Node::amounts() const { return column(amount_of, any_amount); }

double Node::whole_amount() const {
    const auto amount = whole_amount_of(*value_);
    if (!amount) fail_expecting(any_whole_amount);
    return *amount;
}

std::vector<double> Node::whole_amounts() const { return column(whole_amount_of, any_whole_amount); }

std::string Node::described() const { return describe(*value_); }

void Node::fail(std::string_view what) const {
    throw WrongDocument(place_.empty() ? std::string(what) : fmt::format("{}: {}", place_, what));
}

void Node::fail_expecting(std::string_view what) const { fail(fmt::format("expected {}, not {}", what, described())); }

Node Node::member(std::string_view key, const nlohmann::json& value) const {
    if (!is_plain(key)) return {value, fmt::format("{}[\"{}\"]", place_, shown(key))};
    return {value, fmt::format("{}{}{}", place_, place_.empty() ? "" : ".", key)};
}

Node Node::item(std::size_t index) const { return {(*value_)[index], fmt::format("{}[{}]", place_, index)}; }

void Node::expect_object() const {
    if (!value_->is_object()) fail_expecting("an object");
}

void Node::expect_array() const {
    if (!value_->is_array()) fail_expecting("an array");
}

std::optional<std::int64_t> Node::signed_integer() const {
    constexpr double exact = 9007199254740992.0;
    if (value_->is_number_integer()) return value_->get<std::int64_t>();
    if (!value_->is_number_float()) return std::nullopt;
    const auto number = value_->get<double>();
    return std::abs(number) <= exact && number == std::trunc(number) ? std::optional(static_cast<std::int64_t>(number))
                                                                     : std::nullopt;
}

std::vector<double> Node::column(std::optional<double> (*convert)(const nlohmann::json&), std::string_view expected) const {
    expect_array();
    std::vector<double> cells;
    cells.reserve(value_->size());
    for (std::size_t i = 0; i < value_->size(); ++i) {
        const auto cell = convert((*value_)[i]);
        if (!cell) item(i).fail_expecting(expected);
        cells.push_back(*cell);
    }
    return cells;
}

}  // namespace perfwrap
