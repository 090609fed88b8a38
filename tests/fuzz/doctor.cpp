// What doctor prints about a host with arbitrary names: hostname, kernel, CPU, why BPF and cgroups were refused. The rest of the
// input chooses facts.
#include "profiler/plan/doctor.hpp"

#include <nlohmann/json.hpp>

#include "tests/fuzz/fields.hpp"
#include "tests/fuzz/foreign_text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {

void doctor(std::string_view input) {
    Fields fields(input);
    HostFacts facts;
    facts.hostname = fields.text();
    facts.kernel = fields.text();
    facts.cpu_model = fields.text();
    if (auto refusal = fields.text(); !refusal.empty()) facts.bpf_refusal = std::move(refusal);
    if (auto refusal = fields.text(); !refusal.empty()) facts.cgroup_refusal = std::move(refusal);
    facts.memory_bytes = fields.number<std::uint64_t>();
    facts.cpus = fields.number<std::uint16_t>();  // the kernel itself stops at 8,192
    const auto chosen = fields.rest();
    const auto has = [&](char letter) { return chosen.find(letter) != std::string_view::npos; };
    facts.root = has('r');
    facts.capability_bpf = has('b');
    facts.kernel_btf = has('k');
    if (has('m')) facts.memcg_events = has('e');
    facts.faults_told_late = has('l');
    facts.proc_mounted = has('p');
    facts.proc_children = has('c');
    facts.proc_io = has('i');
    facts.smaps_rollup = has('s');
    facts.swap = has('w');
    facts.cgroup_memory = has('2') ? CgroupMemory::v2 : has('1') ? CgroupMemory::v1 : CgroupMemory::none;
    facts.cgroup_peak = has('q');

    const auto text = doctor_text(facts);
    require(text.ends_with('\n') && leaves_terminal_alone(text), "no foreign text reaches the terminal unescaped");
    const auto json = doctor_json(facts);
    require(is_utf8(json), "the JSON is UTF-8");
    require(nlohmann::json::parse(json).at("schema") == "perfwrap-doctor/1", "the JSON can be read");
}

}  // namespace perfwrap::fuzz
