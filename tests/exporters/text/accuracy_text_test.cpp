#include "exporters/text/accuracy_text.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace perfwrap;

TEST_CASE("an accuracy without more to say is its kind") {
    for (const auto& [kind, text] : std::vector<std::pair<AccuracyKind, std::string>>{
             {AccuracyKind::exact, "exact"}, {AccuracyKind::bounded, "bounded"}, {AccuracyKind::sampled, "sampled"}}) {
        Accuracy accuracy;
        accuracy.kind = kind;
        CHECK(accuracy_text(accuracy) == text);
        CHECK(accuracy_remark(accuracy) == text);
    }
}

TEST_CASE("a bound is written in the largest unit that has no fraction, with what it is for") {
    constexpr std::uint64_t kib = 1024;
    CHECK(accuracy_text(bounded_to(768 * kib, BoundUnit::bytes, BoundScope::process)) == "bounded to 768 KiB per process");
    CHECK(accuracy_text(bounded_to(32 * 1024 * kib, BoundUnit::bytes, BoundScope::process)) == "bounded to 32 MiB per process");
    CHECK(accuracy_text(bounded_to(512 * kib, BoundUnit::bytes, BoundScope::tree)) == "bounded to 512 KiB");
    CHECK(accuracy_text(bounded_to(4097, BoundUnit::bytes, BoundScope::tree)) == "bounded to 4097 bytes");
    CHECK(accuracy_text(bounded_to(66, BoundUnit::page_faults, BoundScope::thread)) == "bounded to 66 page faults per thread");
}

TEST_CASE("what is bounded without a figure says by what") {
    CHECK(accuracy_text(bounded_by(BoundCause::clock_ticks)) == "bounded by clock ticks");
    CHECK(accuracy_text(bounded_by(BoundCause::unwaited_processes)) == "bounded by processes that are never waited for");
    CHECK(accuracy_remark(bounded_by(BoundCause::clock_ticks)) == "bounded by clock ticks");
    CHECK(accuracy_text(bounded_by(BoundCause::lost_events)) == "bounded by lost events: at least");
    CHECK(accuracy_remark(bounded_by(BoundCause::lost_events)) == "events were lost");
    CHECK(accuracy_text(bounded_by(BoundCause::inconsistent_events)) == "bounded by lost events");
}

TEST_CASE("intervals read naturally from microseconds to seconds") {
    CHECK(accuracy_text(sampled_every(0.0005)) == "sampled every 500 us");
    CHECK(accuracy_text(sampled_every(0.0012)) == "sampled every 1.2 ms");
    CHECK(accuracy_text(sampled_every(0.0123)) == "sampled every 12 ms");
    CHECK(accuracy_text(sampled_every(0.25)) == "sampled every 250 ms");
    CHECK(accuracy_text(sampled_every(2.5)) == "sampled every 2.5 s");
    CHECK(accuracy_text(sampled_every(std::numeric_limits<double>::infinity())) == "sampled");
}

TEST_CASE("beside its value a bound is what the value is within") {
    CHECK(accuracy_remark(bounded_to(66, BoundUnit::page_faults, BoundScope::thread)) == "within 66 page faults per thread");
    CHECK(accuracy_remark(sampled_every(0.25)) == "sampled every 250 ms");
}
