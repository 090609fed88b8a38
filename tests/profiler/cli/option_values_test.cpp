#include "profiler/cli/option_values.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace perfwrap;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::array known_formats{OutputFormat{"json", ".json", ""}, OutputFormat{"prometheus", ".prom", ""},
                                   OutputFormat{"junit", "", ""}};

std::string chosen(std::string_view text) {
    const auto output = parse_output(text, known_formats);
    return output ? output->format + " " + output->path : output.error();
}

}  // namespace

TEST_CASE("A duration is a number with a unit") {
    CHECK(parse_duration("10ms") == 10ms);
    CHECK(parse_duration("500us") == 500us);
    CHECK(parse_duration("1s") == 1s);
    CHECK(parse_duration("1.5s") == 1500ms);
    CHECK(parse_duration("1m") == 1min);
    CHECK(parse_duration("24h") == 24h);
}

TEST_CASE("A value that is not a duration is refused, and the message names it") {
    for (const std::string text :
         {"10", "", "ms", "-1s", "1 s", "1e3s", "ten ms", "1d", "nan s", "infs", "0ms", "0.0000001us", "99999999999h"}) {
        CAPTURE(text);
        const auto duration = parse_duration(text);
        REQUIRE_FALSE(duration);
        CHECK_THAT(duration.error(), Contains("'" + text + "'"));
    }
}

TEST_CASE("Another spelling of a duration's unit is answered with the one that was meant") {
    for (const auto& [text, meant] : {std::pair{"5sec", "5s"},
                                      {"5 s", "5s"},
                                      {"1.5 Seconds", "1.5s"},
                                      {"10MS", "10ms"},
                                      {"2min", "2m"},
                                      {"3hrs", "3h"},
                                      {"7msecs", "7ms"},
                                      {"1 hour", "1h"},
                                      {"100\u00b5s", "100us"}}) {
        CAPTURE(text);
        CHECK_THAT(parse_duration(text).error(), Contains(std::string("did you mean ") + meant + "?"));
    }
    for (const std::string text : {"10 MB", "1d", "nan s", "inf sec", "sec"}) {
        CAPTURE(text);
        CHECK_THAT(parse_duration(text).error(), !Contains("did you mean") && Contains("(us, ms, s, m or h)"));
    }
}

TEST_CASE("A misspelled format or choice is answered with the one that was meant") {
    CHECK_THAT(chosen("jsn:x"), Contains("'jsn' is not a known format") && Contains("did you mean json?"));
    CHECK_THAT(chosen("prom:x"), Contains("did you mean prometheus?"));
    CHECK_THAT(chosen("csv:x"), !Contains("did you mean"));
    const auto choice = [](std::string_view text) { return parse_choice<int>(text, {{"auto", 1}, {"procfs", 2}}).error(); };
    CHECK(choice("Procfs") == "'Procfs' is not one of auto, procfs; did you mean procfs?");
    CHECK(choice("proc") == "'proc' is not one of auto, procfs; did you mean procfs?");
    CHECK(choice("perf") == "'perf' is not one of auto, procfs");
}

TEST_CASE("An interval is at least 100us") {
    CHECK(parse_interval("100us") == 100us);
    CHECK_THAT(parse_interval("99us").error(), Contains("'99us'") && Contains("100us"));
}

TEST_CASE("A count is a whole number that fits") {
    CHECK(parse_count("0") == 0);
    CHECK(parse_count("1000") == 1000);
    for (const std::string text : {"", "-1", "1.5", "10k", "99999999999999999999999"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_count(text));
    }
    CHECK_THAT(parse_count("99999999999999999999999").error(), Contains("too large"));
}

TEST_CASE("An output's format is named, or follows from the suffix") {
    CHECK(chosen("out/result.json") == "json out/result.json");
    CHECK(chosen("result.prom") == "prometheus result.prom");
    CHECK(chosen("junit:report.xml") == "junit report.xml");
    CHECK(chosen("prometheus:result.json") == "prometheus result.json");
    CHECK(chosen("junit:-") == "junit -");
    CHECK(chosen("json:a:b") == "json a:b");
}

TEST_CASE("Standard output is JSON unless named") { CHECK(chosen("-") == "json -"); }

TEST_CASE("Checkpoints have a duration or are off") {
    CHECK(parse_checkpoint("5s").value() == std::chrono::seconds(5));
    CHECK_FALSE(parse_checkpoint("off").value());
    CHECK_THAT(parse_checkpoint("0").error(), Contains("'0' is not a duration") && Contains(", or write 'off'"));
}

TEST_CASE("A path with a colon whose prefix is not a format stays a path") {
    CHECK(chosen("2026-01-01T10:00.json") == "json 2026-01-01T10:00.json");
    CHECK(chosen("./yaml:x.json") == "json ./yaml:x.json");
    CHECK(chosen("a.b:x.json") == "json a.b:x.json");
}

TEST_CASE("A format that is not known is refused with the list of those that are") {
    CHECK_THAT(chosen("csv:x.json"), Contains("'csv' is not a known format") &&
                                         Contains("json (.json), prometheus (.prom), junit") && Contains("./csv:x.json"));
    CHECK_THAT(chosen("yaml:x"), Contains("'yaml'") && Contains("json (.json), prometheus (.prom), junit"));
    CHECK_THAT(chosen("result"), Contains("FORMAT:PATH"));
    CHECK_THAT(chosen("json:"), Contains("does not name a file"));
    CHECK_THAT(chosen(""), Contains("empty"));
}

TEST_CASE("A label is a key and a value at the first equal sign") {
    CHECK(parse_label("runner=ci") == std::pair<std::string, std::string>("runner", "ci"));
    CHECK(parse_label("flags=-O2 a=b") == std::pair<std::string, std::string>("flags", "-O2 a=b"));
    CHECK(parse_label("empty=") == std::pair<std::string, std::string>("empty", ""));
    CHECK_THAT(parse_label("runner").error(), Contains("'runner'") && Contains("KEY=VALUE"));
    CHECK_FALSE(parse_label("=x"));
}
