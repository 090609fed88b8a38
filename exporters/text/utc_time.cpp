#include "exporters/text/utc_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace perfwrap {
namespace {

using namespace std::chrono;

using Moment = sys_time<milliseconds>;

constexpr Moment earliest = sys_days{year{0} / January / 1};
constexpr Moment latest = sys_days{year{10000} / January / 1} - milliseconds{1};

// Parses the fields of a time one after the other.
class Fields {
public:
    explicit Fields(std::string_view text) : rest_(text) {}

    bool at_end() const { return rest_.empty(); }

    bool take(char expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    // As many digits as there are.
    std::string_view digits() {
        const auto length = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        const auto found = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return found;
    }

    // Exactly that many digits; empty if there are fewer.
    std::optional<int> number(std::size_t length) {
        if (rest_.size() < length) return std::nullopt;
        int value = 0;
        const auto* const end = rest_.data() + length;
        if (rest_.front() == '-' || std::from_chars(rest_.data(), end, value).ptr != end) return std::nullopt;
        rest_.remove_prefix(length);
        return value;
    }

private:
    std::string_view rest_;
};

std::optional<sys_days> take_date(Fields& fields) {
    const auto year_number = fields.number(4);
    if (!year_number || !fields.take('-')) return std::nullopt;
    const auto month_number = fields.number(2);
    if (!month_number || !fields.take('-')) return std::nullopt;
    const auto day_number = fields.number(2);
    if (!day_number) return std::nullopt;
    const auto date = year{*year_number} / *month_number / *day_number;
    return date.ok() ? std::optional<sys_days>(date) : std::nullopt;
}

std::optional<minutes> take_minutes(Fields& fields) {
    const auto hour = fields.number(2);
    if (!hour || *hour > 23 || !fields.take(':')) return std::nullopt;
    const auto minute = fields.number(2);
    if (!minute || *minute > 59) return std::nullopt;
    return hours{*hour} + minutes{*minute};
}

// Second 60 is a leap second.
std::optional<milliseconds> take_seconds(Fields& fields) {
    const auto second = fields.number(2);
    if (!second || *second > 60) return std::nullopt;
    if (!fields.take('.')) return seconds{*second};
    std::string thousandths{fields.digits()};
    if (thousandths.empty()) return std::nullopt;
    thousandths.resize(3, '0');
    return seconds{*second} + milliseconds{*Fields(thousandths).number(3)};
}

std::optional<minutes> take_offset(Fields& fields) {
    if (fields.take('Z') || fields.take('z')) return minutes{0};
    const bool east = fields.take('+');
    if (!east && !fields.take('-')) return std::nullopt;
    const auto offset = take_minutes(fields);
    if (!offset) return std::nullopt;
    return east ? *offset : -*offset;
}

}  // namespace

std::string utc_time_in_seconds(std::int64_t unix_seconds) {
    const auto moment = std::clamp(sys_seconds{seconds{unix_seconds}}, floor<seconds>(earliest), floor<seconds>(latest));
    const auto day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss time{moment - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string utc_time(std::int64_t unix_ms) {
    const auto moment = std::clamp(Moment{milliseconds{unix_ms}}, earliest, latest);
    const auto second = floor<seconds>(moment);
    auto text = utc_time_in_seconds(second.time_since_epoch().count());
    text.pop_back();
    return fmt::format("{}.{:03}Z", text, (moment - second).count());
}

std::optional<std::int64_t> parse_utc_time(std::string_view rfc3339) {
    Fields fields(rfc3339);
    const auto date = take_date(fields);
    if (!date || !(fields.take('T') || fields.take('t'))) return std::nullopt;
    const auto time = take_minutes(fields);
    if (!time || !fields.take(':')) return std::nullopt;
    const auto second = take_seconds(fields);
    if (!second) return std::nullopt;
    const auto offset = take_offset(fields);
    if (!offset || !fields.at_end()) return std::nullopt;
    const Moment moment = *date + *time + *second - *offset;
    if (moment < earliest || moment > latest) return std::nullopt;
    return moment.time_since_epoch().count();
}

}  // namespace perfwrap
