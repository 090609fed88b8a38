// The files and streams that -o names: checked before the command starts, written to PATH.partial while it runs, and written at
// its end.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "exporters/registry.hpp"
#include "exporters/result/result.hpp"
#include "profiler/cli/option_values.hpp"
#include "profiler/launch/identity.hpp"

namespace perfwrap {

class Outputs {
public:
    // Checks them, with the rights of `owner` if there is one. The rows of `formats` must outlive the object. Error: one cannot
    // be written, or two are the same.
    static tl::expected<Outputs, std::string> open(std::span<const Output> outputs, std::span<const Exporter> formats,
                                                   bool with_partials, const std::optional<Identity>& owner);

    // The descriptors among them with which perfwrap was started.
    std::vector<int> inherited_descriptors() const;

    bool have_partials() const { return with_partials_; }

    // Writes PATH.partial of each document that holds a single result. Prints an error once for each that fails.
    void write_partials(const Result& so_far);

    // Writes every output, even if others fail, and prints an error for each that fails. PATH.partial stays if PATH could not be
    // written.
    bool write(const Result& result) const;

private:
    struct Destination {
        const Exporter* format;
        std::string path;
    };

    static bool is_file(const Destination& destination);
    static bool has_partial(const Destination& destination);

    std::vector<Destination> destinations_;  // files before outputs that could block
    bool with_partials_ = false;
    std::optional<Identity> owner_;
    std::set<std::string> complained_;
};

}  // namespace perfwrap
