#include "profiler/launch/own_pid_variables.hpp"

#include <unistd.h>

#include <charconv>
#include <string>
#include <string_view>

namespace perfwrap {
namespace {

// sd_listen_fds(3), sd_watchdog_enabled(3), systemd.exec(5).
constexpr std::array<std::string_view, 3> names{"LISTEN_PID=", "WATCHDOG_PID=", "SYSTEMD_EXEC_PID="};
// The same process by the number of its pidfd; a reader that does not find it goes by the pid alone.
constexpr std::string_view listen_pidfd = "LISTEN_PIDFDID=";

}  // namespace

OwnPidVariables::OwnPidVariables(std::vector<const char*>& environment) {
    const auto own = std::to_string(getpid());
    bool listens = false;
    for (std::size_t i = 0; i < names.size(); ++i)
        for (auto*& entry : environment) {
            const std::string_view text = entry != nullptr ? entry : "";
            if (!text.starts_with(names[i])) continue;
            const auto pid = text.substr(names[i].size());
            if (pid != own) continue;
            names[i].copy(variables_[i].text.data(), names[i].size());
            variables_[i].value = names[i].size();
            entry = variables_[i].text.data();
            listens = listens || i == 0;
        }
    if (listens)
        std::erase_if(environment,
                      [](const char* entry) { return entry != nullptr && std::string_view(entry).starts_with(listen_pidfd); });
}

void OwnPidVariables::name(pid_t pid) {
    for (auto& [text, value] : variables_)
        if (value != 0) *std::to_chars(text.data() + value, text.end() - 1, pid).ptr = '\0';
}

}  // namespace perfwrap
