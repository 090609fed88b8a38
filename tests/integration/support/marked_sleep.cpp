#include "marked_sleep.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "run_perfwrap.hpp"

namespace perfwrap::test {

std::string unlikely() {
    static int calls = 0;
    return std::to_string(600'000 + ::getpid() % 1000 * 100 + ++calls);
}

std::string with_workload(const std::string& script, const std::string& sleep) {
    return fmt::format("export W='{}' S={}; {}", workload_path(), sleep, script);
}

int running(const std::string& word) {
    const auto other_than_grep = fmt::format("[{}]{}", word.front(), word.substr(1));
    const auto script = fmt::format("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -cx '{}'", other_than_grep);
    return std::stoi(run({.argv = {"sh", "-c", script}}).out);
}

}  // namespace perfwrap::test
