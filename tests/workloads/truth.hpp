// What a workload knows about itself, as one line of JSON.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace workloads {

class Truth {
public:
    // "-" is standard output, "" prints nothing.
    explicit Truth(std::string path) : path_(std::move(path)) {}

    void add(std::string_view key, double value);
    void add(std::string_view key, std::integral auto value) { add_json(key, std::to_string(value)); }
    void add_json(std::string_view key, const std::string& json);

    // Not done by the destructor: most workloads end by _exit, exec or a signal.
    void write() const;

    const std::string& path() const { return path_; }

private:
    std::string path_;
    std::string fields_;
};

}  // namespace workloads
