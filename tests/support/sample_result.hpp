// A small result with a value in every field, for the tests of exporters.
#pragma once

#include "exporters/result/result.hpp"

namespace perfwrap::test {

// One run of bench.py: two processes with rows, one omitted, a timeline of four buckets, PSS not measured.
Result sample_result();

// Three such runs of 1, 2 and 4 seconds.
Result sample_series();

}  // namespace perfwrap::test
