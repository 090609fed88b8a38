#include "truth.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "processes.hpp"

namespace workloads {

void Truth::add(std::string_view key, double value) {
    std::array<char, 64> digits{};
    std::snprintf(digits.data(), digits.size(), "%.9f", value);
    add_json(key, digits.data());
}

void Truth::add_json(std::string_view key, const std::string& json) {
    if (!fields_.empty()) fields_ += ", ";
    fields_.append("\"").append(key).append("\": ").append(json);
}

void Truth::write() const {
    if (path_.empty()) return;
    const std::string line = "{" + fields_ + "}\n";
    const int file = path_ == "-" ? STDOUT_FILENO : ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0 || ::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) fail(path_.c_str());
    if (file != STDOUT_FILENO) ::close(file);
}

}  // namespace workloads
