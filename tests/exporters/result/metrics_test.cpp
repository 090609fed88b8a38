#include "exporters/result/metrics.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace perfwrap;

TEST_CASE("Every metric of the catalogue is found by its key, and no key is used twice") {
    std::set<std::string_view> keys;
    for (const auto& info : metric_catalogue()) {
        CAPTURE(info.key);
        CHECK(keys.insert(info.key).second);
        CHECK(find_metric(info.key) == info.metric);
        CHECK(&metric_info(info.metric) == &info);
    }
    CHECK(keys.size() == metric_count);
    CHECK_FALSE(find_metric("rss_peak"));
    CHECK_FALSE(find_metric(""));
}

TEST_CASE("A metric's key ends in its base unit") {
    for (const auto& info : metric_catalogue()) {
        CAPTURE(info.key);
        CHECK(info.key.ends_with("_seconds") == (info.unit == Unit::seconds));
        CHECK(info.key.ends_with("_bytes") == (info.unit == Unit::bytes));
        CHECK((info.key.find("cores") != std::string_view::npos) == (info.unit == Unit::cores));
    }
}

TEST_CASE("A meaning is one sentence without a full stop, fit for one line of a HELP text") {
    for (const auto& info : metric_catalogue()) {
        CAPTURE(info.key);
        CHECK_FALSE(info.meaning.empty());
        CHECK_FALSE(info.meaning.ends_with('.'));
        CHECK(info.meaning.find('\n') == std::string_view::npos);
    }
}

TEST_CASE("A metric that was not measured has no value, which is not zero") {
    MetricValues values;
    values[Metric::oom_kills] = 0.0;
    CHECK(values[Metric::oom_kills] == 0.0);
    CHECK_FALSE(values[Metric::swap_peak_bytes].has_value());
}
