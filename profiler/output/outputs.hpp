// The files and streams that -o names: tried before the command starts, kept in PATH.partial while it runs, written in the end.
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
    // With the rights of `owner`, if there is one. The rows of `formats` outlive what is opened. Error: one cannot be written, or
    // two are the same.
    static tl::expected<Outputs, std::string> open(std::span<const Output> outputs, std::span<const Exporter> formats,
                                                   bool with_partials, const std::optional<Identity>& owner);

    bool have_partials() const { return with_partials_; }

    // Of the documents that hold one result, and no more. Complains once of each that fails.
    void write_partials(const Result& so_far);

    // Each is tried, whatever became of the others; complains of those that fail. A partial result stays beside an output that
    // could not be written.
    bool write(const Result& result) const;

private:
    struct Destination {
        const Exporter* format;
        std::string path;
    };

    static bool is_file(const Destination& destination);
    static bool has_partial(const Destination& destination);

    std::vector<Destination> destinations_;  // files before what could keep perfwrap waiting
    bool with_partials_ = false;
    std::optional<Identity> owner_;
    std::set<std::string> complained_;
};

}  // namespace perfwrap
