// Decodes the kernel side's records from the ring buffer. Every length is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "probes/bpf/wire.h"

namespace perfwrap {

struct ExecRecord {
    std::uint64_t image;
    std::string_view argv;  // NUL-separated, within the bytes that were decoded
    bool cut;               // argv is incomplete
};

struct EndRecord {
    wire_process process;
};

using WireRecord = std::variant<ExecRecord, EndRecord>;

// Empty if the type is unknown, or if the record is shorter than its type or its own lengths require.
std::optional<WireRecord> decode_record(std::string_view bytes);

}  // namespace perfwrap
