#include "probes/ebpf/wire_records.hpp"

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstring>
#include <string>

namespace perfwrap {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t exec_head = offsetof(wire_exec_record, argv);

// The record as the kernel side sends it: it ends with its argv.
std::string exec_bytes(std::string_view argv, std::uint64_t full_bytes) {
    wire_exec_record record{};
    record.type = WIRE_EXEC;
    record.image = 7;
    record.argv_bytes = static_cast<__u32>(argv.size());
    record.argv_full_bytes = full_bytes;
    std::string bytes(reinterpret_cast<const char*>(&record), exec_head);
    return bytes.append(argv);
}

std::string end_bytes() {
    wire_end_record record{};
    record.type = WIRE_END;
    record.process.pid = 4711;
    return {reinterpret_cast<const char*>(&record), sizeof(record)};
}

void set_argv_bytes(std::string& bytes, __u32 length) {
    std::memcpy(bytes.data() + offsetof(wire_exec_record, argv_bytes), &length, sizeof(length));
}

TEST_CASE("an exec record gives its image and its arguments") {
    const std::string bytes = exec_bytes("ls\0-l\0"sv, 6);
    const auto record = decode_record(bytes);
    REQUIRE(record);
    const auto& exec = std::get<ExecRecord>(*record);
    CHECK(exec.image == 7);
    CHECK(exec.argv == "ls\0-l\0"sv);
    CHECK_FALSE(exec.cut);
}

TEST_CASE("an exec record says when its arguments are incomplete") {
    const std::string bytes = exec_bytes("cat\0very lo"sv, 5000);
    CHECK(std::get<ExecRecord>(decode_record(bytes).value()).cut);
}

TEST_CASE("an exec record whose arguments would reach past its end is refused") {
    std::string bytes = exec_bytes("ls\0"sv, 3);
    set_argv_bytes(bytes, 4);
    CHECK_FALSE(decode_record(bytes));
    set_argv_bytes(bytes, 0xffffffff);
    CHECK_FALSE(decode_record(bytes));
    CHECK_FALSE(decode_record(exec_bytes("", 0).substr(0, exec_head - 1)));
}

TEST_CASE("an exec record with more arguments than both sides agreed on is refused") {
    CHECK(decode_record(exec_bytes(std::string(WIRE_ARGV_LENGTH, 'x'), WIRE_ARGV_LENGTH)));
    CHECK_FALSE(decode_record(exec_bytes(std::string(WIRE_ARGV_LENGTH + 1, 'x'), WIRE_ARGV_LENGTH + 1)));
}

TEST_CASE("an end record is decoded whole or not at all") {
    const std::string bytes = end_bytes();
    CHECK(std::get<EndRecord>(decode_record(bytes).value()).process.pid == 4711);
    CHECK_FALSE(decode_record(std::string_view(bytes).substr(0, bytes.size() - 1)));
}

TEST_CASE("a record of an unknown type, or too short to have a type, is refused") {
    CHECK_FALSE(decode_record(""));
    CHECK_FALSE(decode_record("\1\0\0"sv));
    CHECK_FALSE(decode_record(std::string(sizeof(wire_end_record), '\0')));
    CHECK_FALSE(decode_record(std::string(sizeof(wire_end_record), '\xff')));
}

}  // namespace
}  // namespace perfwrap
