// A record from the ring buffer, and what the probe makes of it.
#include "probes/ebpf/wire_records.hpp"

#include "probes/ebpf/image_store.hpp"
#include "probes/ebpf/wire_values.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

void check_exec(const ExecRecord& exec, std::string_view input) {
    require(exec.argv.size() <= WIRE_ARGV_LENGTH, "no more arguments than agreed");
    require(exec.argv.data() >= input.data() && exec.argv.data() + exec.argv.size() <= input.data() + input.size(),
            "arguments are part of the record");
    const auto argv = split_argv(exec.argv, exec.cut);
    std::size_t bytes = 0;
    for (const auto& word : argv) {
        require(word.find('\0') == std::string::npos, "an argument holds no NUL");
        bytes += word.size() + 1;
    }
    require(bytes <= exec.argv.size() + 1 + (exec.cut ? 3 : 0), "arguments are no longer than the record");

    ImageStore images(64 * 1024);
    images.add(exec.image, argv);
    images.add(exec.image, argv);
    const auto found = images.find(exec.image);
    require(found && *found == argv, "the latest command line of an image is found");
}

void check_end(const EndRecord& end) {
    const auto& process = end.process;
    const auto cpu = split_of(process.spent);
    require(cpu.user_ns + cpu.system_ns == process.spent.runtime_ns, "the split adds up to the run time");
    wire_usage sum{};
    sum += process.spent;
    require(sum.runtime_ns == process.spent.runtime_ns, "adding to zero gives the same");
}

}  // namespace

void wire_records(std::string_view input) {
    const auto record = decode_record(input);
    if (!record) return;
    if (const auto* exec = std::get_if<ExecRecord>(&*record)) check_exec(*exec, input);
    if (const auto* end = std::get_if<EndRecord>(&*record)) check_end(*end);
}

}  // namespace perfwrap::fuzz
