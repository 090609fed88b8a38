// The capabilities of perfwrap's file (setcap): effective only while the eBPF programs are loaded, and dropped for good before
// the command starts. Root's capabilities, and those that the caller already has, are not touched.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace perfwrap {

class FileCapabilities {
public:
    // Makes them ineffective at once.
    FileCapabilities();

    // Whether the file gave any that the caller does not have.
    bool given() const { return given_ != 0; }

    // Makes them effective while it exists.
    class Raised {
    public:
        explicit Raised(const FileCapabilities& of);
        ~Raised();
        Raised(const Raised&) = delete;
        Raised& operator=(const Raised&) = delete;

    private:
        const FileCapabilities& of_;
    };

    // Drops them for good.
    void drop();

private:
    std::uint64_t given_ = 0;  // one bit each, as in capabilities(7)
};

// Of the calling process, including those of root and of the caller.
void drop_all_capabilities();

// Those that a program whose file has inheritable capabilities would get. Allocates no memory.
void clear_inheritable_capabilities();

// Why perfwrap refuses to run, if it is installed set-uid or set-gid: it would open outputs with rights that its caller lacks.
std::optional<std::string> unsafe_installation();

}  // namespace perfwrap
