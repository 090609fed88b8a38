// libFuzzer's entry point for the target that PERFWRAP_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    perfwrap::fuzz::PERFWRAP_FUZZ_TARGET({reinterpret_cast<const char*>(bytes), size});
    return 0;
}
