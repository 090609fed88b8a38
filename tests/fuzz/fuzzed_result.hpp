// A result whose texts and numbers come from a fuzzer.
#pragma once

#include <string_view>

#include "exporters/result/result.hpp"

namespace perfwrap::fuzz {

// In this order: the benchmark's name and working directory, host, kernel, CPU, warning, reason for what is missing, start, exit
// code, signal; values for the metrics up to an empty field; labels, names and values in turn, up to an empty field; then
// processes, each with CPU seconds, peak bytes and its argv up to an empty field. The first is the command.
Result result_from(std::string_view input);

}  // namespace perfwrap::fuzz
