// The capabilities that perfwrap's file gives to whoever runs it (setcap): held back, raised only while the kernel side is
// loaded, gone for good before the command starts. Those of root, and those that the caller has himself, stay as they are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace perfwrap {

class FileCapabilities {
public:
    // Lowers them at once.
    FileCapabilities();

    // Whether the file gave any that the caller does not have himself.
    bool given() const { return given_ != 0; }

    // While it lives, perfwrap may use them.
    class Raised {
    public:
        explicit Raised(const FileCapabilities& of);
        ~Raised();
        Raised(const Raised&) = delete;
        Raised& operator=(const Raised&) = delete;

    private:
        const FileCapabilities& of_;
    };

    // They cannot be raised again.
    void drop();

private:
    std::uint64_t given_ = 0;  // a bit each, as in capabilities(7)
};

// For a process that needs none, whoever runs it.
void drop_all_capabilities();

// Why perfwrap will not run as it is installed: a set-uid or set-gid file would open outputs with rights that its caller lacks.
std::optional<std::string> unsafe_installation();

}  // namespace perfwrap
