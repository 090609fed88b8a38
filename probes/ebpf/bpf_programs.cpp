#include "probes/ebpf/bpf_programs.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "programs.skel.h"

namespace perfwrap {
namespace {

// What libbpf printed about the last failure, for the error message.
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

void apply(const bpf_settings& settings, bpf_programs& skeleton) {
    skeleton.rodata->cpu_count = settings.cpu_count;
    skeleton.rodata->step_pages = settings.step_pages;
    skeleton.rodata->every_event = settings.every_event;
    skeleton.rodata->interval_ns = settings.interval_ns;
    skeleton.rodata->strangers_told_apart = settings.tell_strangers_apart;
    skeleton.rodata->ends_with_command = settings.ends_with_command;
    bpf_map__set_max_entries(skeleton.maps.processes, settings.max_processes);
    bpf_map__set_max_entries(skeleton.maps.spaces, settings.max_processes);
    bpf_map__set_max_entries(skeleton.maps.parts_of_cpus, settings.cpu_count);
    bpf_program__set_autoload(skeleton.progs.on_physical_change, settings.follows_cgroup != 0);
    bpf_program__set_autoattach(skeleton.progs.on_command, false);
}

bpf_loaded handles_of(const bpf_programs& skeleton) {
    bpf_loaded loaded{
        .processes_map = bpf_map__fd(skeleton.maps.processes),
        .spaces_map = bpf_map__fd(skeleton.maps.spaces),
        .exited_map = bpf_map__fd(skeleton.maps.exited),
        .unreaped_map = bpf_map__fd(skeleton.maps.unreaped),
        .records_map = bpf_map__fd(skeleton.maps.records),
        .buckets_map = bpf_map__fd(skeleton.maps.buckets),
        .command_program = bpf_program__fd(skeleton.progs.on_command),
        .live_threads_link = bpf_link__fd(skeleton.links.live_threads),
        .links = {},
        .link_count = 0,
        .followers = {},
        .follower_count = 0,
        .totals = &skeleton.bss->totals,
        .memory = &skeleton.bss->memory,
        .buckets = nullptr,
        .faults_told_late = &skeleton.bss->faults_told_late,
        .cgroup_id = &skeleton.bss->cgroup_id,
        .gates = skeleton.bss->gates,
        .exited_now = &skeleton.bss->exited_now,
        .unreaped_now = &skeleton.bss->unreaped_now,
        .unwatched = &skeleton.bss->unwatched,
        .live_spaces = &skeleton.bss->live_spaces,
        .target_memcg = &skeleton.bss->target_memcg,
        .near_peak = &skeleton.data->near_peak,
    };
    for (const auto* link : {skeleton.links.on_fork, skeleton.links.on_exec, skeleton.links.on_exit, skeleton.links.on_free,
                             skeleton.links.on_timer, skeleton.links.on_rss_stat, skeleton.links.on_physical_change})
        if (link != nullptr) loaded.links[loaded.link_count++] = bpf_link__fd(link);
    for (const auto* program :
         {skeleton.progs.on_fork, skeleton.progs.on_exec, skeleton.progs.on_exit, skeleton.progs.on_rss_stat})
        loaded.followers[loaded.follower_count++] = bpf_program__fd(program);
    return loaded;
}

}  // namespace

tl::expected<BpfPrograms, std::string> BpfPrograms::load(const bpf_settings& settings) {
    libbpf_set_print(keep_warnings);
    bpf_loaded light_loaded{};
    if (struct light* const light = light_load(&settings, &light_loaded))
        return share(light_loaded, {light, [](void* owned) { light_unload(static_cast<struct light*>(owned)); }});
    libbpf_words().clear();
    std::unique_ptr<bpf_programs, void (*)(bpf_programs*)> skeleton(bpf_programs::open(), bpf_programs::destroy);
    if (!skeleton) return tl::unexpected(refusal("open", errno));
    apply(settings, *skeleton);
    if (const int error = bpf_programs::load(skeleton.get()); error != 0) return tl::unexpected(refusal("load", -error));
    if (const int error = bpf_programs::attach(skeleton.get()); error != 0) return tl::unexpected(refusal("attach", -error));
    const bpf_loaded loaded = handles_of(*skeleton);
    return share(loaded, {skeleton.release(), [](void* owned) { bpf_programs::destroy(static_cast<bpf_programs*>(owned)); }});
}

// The timeline stays mapped until the process ends.
tl::expected<BpfPrograms, std::string> BpfPrograms::share(const bpf_loaded& loaded, std::unique_ptr<void, Unload> owner) {
    void* const buckets =
        mmap(nullptr, WIRE_BUCKETS * sizeof(wire_bucket), PROT_READ | PROT_WRITE, MAP_SHARED, loaded.buckets_map, 0);
    if (buckets == MAP_FAILED) return tl::unexpected(refusal("share the timeline of", errno));
    BpfPrograms programs(loaded, std::move(owner));
    programs.loaded_.buckets = static_cast<wire_bucket*>(buckets);
    programs.detached_late_ = LateClose({loaded.links, static_cast<std::size_t>(loaded.link_count)});
    return programs;
}

bool kernel_has_tracepoint(const char* name) {
    libbpf_set_print(keep_warnings);
    return libbpf_find_vmlinux_btf_id(name, BPF_TRACE_RAW_TP) > 0;
}

}  // namespace perfwrap
