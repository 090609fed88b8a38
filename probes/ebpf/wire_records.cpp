#include "probes/ebpf/wire_records.hpp"

#include <cstddef>
#include <cstring>

namespace perfwrap {
namespace {

// The first `size` bytes of a Record; the rest stays zero.
template <class Record>
std::optional<Record> copy_record(std::string_view bytes, std::size_t size) {
    if (bytes.size() < size) return std::nullopt;
    Record record{};
    std::memcpy(&record, bytes.data(), size);
    return record;
}

std::optional<WireRecord> decode_exec(std::string_view bytes) {
    constexpr std::size_t head = offsetof(wire_exec_record, argv);
    const auto record = copy_record<wire_exec_record>(bytes, head);
    if (!record || record->argv_bytes > WIRE_ARGV_LENGTH || record->argv_bytes > bytes.size() - head) return std::nullopt;
    return ExecRecord{record->image, bytes.substr(head, record->argv_bytes), record->argv_full_bytes > record->argv_bytes};
}

std::optional<WireRecord> decode_end(std::string_view bytes) {
    const auto record = copy_record<wire_end_record>(bytes, sizeof(wire_end_record));
    if (!record) return std::nullopt;
    return EndRecord{record->process};
}

}  // namespace

std::optional<WireRecord> decode_record(std::string_view bytes) {
    const auto type = copy_record<std::uint32_t>(bytes, sizeof(std::uint32_t));
    if (type == WIRE_EXEC) return decode_exec(bytes);
    if (type == WIRE_END) return decode_end(bytes);
    return std::nullopt;
}

}  // namespace perfwrap
