#include "probes/bpf_programs.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "tree.skel.h"

namespace perfwrap {
namespace {

// What libbpf said of the last failure, for the error message.
std::string& libbpf_words() {
    static std::string words;
    return words;
}

int keep_warnings(libbpf_print_level level, const char* format, va_list arguments) {
    if (level != LIBBPF_WARN) return 0;
    std::array<char, 512> line{};
    const int length = vsnprintf(line.data(), line.size(), format, arguments);
    if (libbpf_words().empty() && length > 0) libbpf_words() = line.data();
    return length;
}

std::string refusal(const char* stage, int error) {
    std::string words = libbpf_words();
    std::ranges::replace(words, '\n', ' ');
    while (words.ends_with(' ')) words.pop_back();
    const std::string why = fmt::format("the kernel refused to {} perfwrap's BPF programs: {}", stage, std::strerror(error));
    return words.empty() ? why : fmt::format("{} ({})", why, words);
}

void apply(const bpf_settings& settings, tree_bpf& skeleton) {
    skeleton.rodata->cpu_count = settings.cpu_count;
    skeleton.rodata->batch_pages = settings.batch_pages;
    skeleton.rodata->every_event = settings.every_event;
    skeleton.rodata->interval_ns = settings.interval_ns;
    skeleton.rodata->cgroup_id = settings.cgroup_id;
    bpf_map__set_max_entries(skeleton.maps.processes, settings.max_processes);
    bpf_map__set_max_entries(skeleton.maps.spaces, settings.max_processes);
    bpf_program__set_autoload(skeleton.progs.on_physical_change, settings.cgroup_id != 0);
    for (auto* run_by_perfwrap : {skeleton.progs.arm, skeleton.progs.calibrate, skeleton.progs.settle_memory})
        bpf_program__set_autoattach(run_by_perfwrap, false);
}

bpf_loaded handles_of(const tree_bpf& skeleton) {
    return {
        .processes_map = bpf_map__fd(skeleton.maps.processes),
        .spaces_map = bpf_map__fd(skeleton.maps.spaces),
        .records_map = bpf_map__fd(skeleton.maps.records),
        .calibrate_program = bpf_program__fd(skeleton.progs.calibrate),
        .arm_program = bpf_program__fd(skeleton.progs.arm),
        .settle_memory_program = bpf_program__fd(skeleton.progs.settle_memory),
        .live_threads_link = bpf_link__fd(skeleton.links.live_threads),
        .totals = &skeleton.bss->totals,
        .memory = &skeleton.bss->memory,
        .faults_told_late = &skeleton.bss->faults_told_late,
    };
}

}  // namespace

tl::expected<BpfPrograms, std::string> BpfPrograms::load(const bpf_settings& settings) {
    if (settings.cgroup_id == 0) {
        bpf_loaded loaded{};
        if (tree_light* const light = light_load(&settings, &loaded))
            return BpfPrograms(loaded, {light, [](void* owned) { light_unload(static_cast<tree_light*>(owned)); }});
    }
    libbpf_words().clear();
    libbpf_set_print(keep_warnings);
    std::unique_ptr<tree_bpf, void (*)(tree_bpf*)> skeleton(tree_bpf::open(), tree_bpf::destroy);
    if (!skeleton) return tl::unexpected(refusal("open", errno));
    apply(settings, *skeleton);
    if (const int error = tree_bpf::load(skeleton.get()); error != 0) return tl::unexpected(refusal("load", -error));
    if (const int error = tree_bpf::attach(skeleton.get()); error != 0) return tl::unexpected(refusal("attach", -error));
    const bpf_loaded loaded = handles_of(*skeleton);
    return BpfPrograms(loaded, {skeleton.release(), [](void* owned) { tree_bpf::destroy(static_cast<tree_bpf*>(owned)); }});
}

bool kernel_has_tracepoint(const char* name) {
    libbpf_set_print(keep_warnings);
    return libbpf_find_vmlinux_btf_id(name, BPF_TRACE_RAW_TP) > 0;
}

}  // namespace perfwrap
