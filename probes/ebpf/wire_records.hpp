// The kernel side's records as they come out of the ring buffer: bytes, trusted no further than they can be checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "probes/bpf/wire.h"

namespace perfwrap {

struct ExecRecord {
    std::uint64_t image;
    std::string_view argv;  // NUL-separated, inside the bytes that were decoded
    bool cut;               // argv is only the beginning
};

struct EndRecord {
    wire_process process;
};

using WireRecord = std::variant<ExecRecord, EndRecord>;

// Empty: of no known type, or shorter than its type or its own lengths say.
std::optional<WireRecord> decode_record(std::string_view bytes);

}  // namespace perfwrap
