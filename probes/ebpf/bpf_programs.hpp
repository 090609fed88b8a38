// The BPF programs in the kernel, loaded and attached in the way that this kernel supports.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "probes/bpf/light.h"
#include "probes/system/late_close.hpp"

namespace perfwrap {

class BpfPrograms {
public:
    // Tries the light skeleton first, then the ordinary one. Error: what the kernel answered.
    static tl::expected<BpfPrograms, std::string> load(const bpf_settings& settings);

    const bpf_loaded& operator*() const { return loaded_; }
    const bpf_loaded* operator->() const { return &loaded_; }

private:
    using Unload = std::function<void(void*)>;
    static tl::expected<BpfPrograms, std::string> share(const bpf_loaded& loaded, std::unique_ptr<void, Unload> owner);
    BpfPrograms(const bpf_loaded& loaded, std::unique_ptr<void, Unload> owner) : loaded_(loaded), owner_(std::move(owner)) {}

    bpf_loaded loaded_;
    std::unique_ptr<void, Unload> owner_;
    LateClose detached_late_;
};

// Whether the running kernel's type information has a tracepoint of this name. Takes about 10 ms.
bool kernel_has_tracepoint(const char* name);

}  // namespace perfwrap
