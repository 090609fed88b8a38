#include "probes/recording/wrapped_command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "probes/recording/command_name.hpp"

namespace perfwrap {
namespace {

using Words = std::span<const std::string>;

// What is in front of the command that it starts.
struct Wrapper {
    std::string_view program;
    std::string_view letters_with_value;  // the value is the rest of the word, or the next word
    std::string_view long_with_value;     // separated by blanks; "--name=value" is one word in any case
    std::string_view without_command;     // letters: with one of them nothing is started
    int arguments = 0;                    // between the options and the command
    bool assignments = false;             // NAME=VALUE there
};

constexpr std::array wrappers{
    Wrapper{"nice", "n", "adjustment", ""},
    Wrapper{"env", "aCSu", "argv0 chdir split-string unset", "", 0, true},
    Wrapper{"timeout", "ks", "kill-after signal", "", 1},
    Wrapper{"taskset", "", "", "p", 1},
    Wrapper{"stdbuf", "ioe", "input output error", ""},
    Wrapper{"setsid", "", "", ""},
    Wrapper{"nohup", "", "", ""},
    Wrapper{"sudo", "ugpCDRTUrth", "user group prompt close-from chdir chroot command-timeout other-user role type host", "elvKV",
            0, true},
    Wrapper{"chrt", "TPD", "sched-runtime sched-period sched-deadline", "pm", 1},
    Wrapper{"ionice", "cn", "class classdata", "pPu"},
    Wrapper{"numactl", "CNPcimpw",
            "cpubind interleave preferred preferred-many physcpubind cpunodebind membind weighted-interleave", "sH"},
    Wrapper{"time", "fo", "format output", ""},
    Wrapper{"xvfb-run", "enfpsw", "error-file server-num auth-file xauth-protocol server-args wait", ""},
};

const Wrapper* find_wrapper(Words command) {
    if (command.empty()) return nullptr;
    const auto found = std::ranges::find(wrappers, base_name(command.front()), &Wrapper::program);
    return found == wrappers.end() ? nullptr : &*found;
}

bool is_among(std::string_view word, std::string_view words) {
    for (auto rest = words; !rest.empty();) {
        const auto length = std::min(rest.find(' '), rest.size());
        if (rest.substr(0, length) == word) return true;
        rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    return false;
}

bool is_number(std::string_view word) { return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos; }

bool is_assignment(std::string_view word) { return word.find('=') != std::string_view::npos && !word.starts_with('='); }

// How many words an option takes, or none if nothing is started with it.
std::optional<std::size_t> words_of_option(const Wrapper& wrapper, std::string_view word) {
    if (word.starts_with("--")) return is_among(word.substr(2), wrapper.long_with_value) ? 2 : 1;
    for (std::size_t i = 1; i < word.size(); ++i) {
        if (wrapper.without_command.find(word[i]) != std::string_view::npos) return std::nullopt;
        if (wrapper.letters_with_value.find(word[i]) != std::string_view::npos) return i + 1 < word.size() ? 1 : 2;
    }
    return 1;
}

// The words of `env -S "..."`, which is split as blanks say; quotes in it are left as they are.
std::optional<std::string_view> split_string(Words words) {
    const std::string_view word = words.front();
    if (word.starts_with("--split-string=")) return word.substr(word.find('=') + 1);
    const bool alone = word == "-S" || word == "--split-string";
    if (alone) return words.size() > 1 ? std::optional(std::string_view(words[1])) : std::nullopt;
    return word.starts_with("-S") ? std::optional(word.substr(2)) : std::nullopt;
}

std::vector<std::string> split_at_blanks(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto length = std::min(text.find_first_of(" \t"), text.size());
        if (length > 0) words.emplace_back(text.substr(0, length));
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return words;
}

// "timeout 10s": as many as it takes. chrt may leave out its number where a policy has none.
Words without_arguments(const Wrapper& wrapper, Words words) {
    if (wrapper.assignments)
        while (!words.empty() && is_assignment(words.front())) words = words.subspan(1);
    const bool optional = wrapper.program == "chrt" && !words.empty() && !is_number(words.front());
    return optional ? words : words.subspan(std::min<std::size_t>(words.size(), static_cast<std::size_t>(wrapper.arguments)));
}

// Empty: it starts nothing.
std::vector<std::string> started_by(const Wrapper& wrapper, Words words) {
    while (!words.empty() && words.front().starts_with('-')) {
        if (words.front() == "--") {
            words = words.subspan(1);
            break;
        }
        if (const auto text = wrapper.program == "env" ? split_string(words) : std::nullopt) {
            auto all = split_at_blanks(*text);
            const auto rest = words.subspan(words.front() == "-S" || words.front() == "--split-string" ? 2 : 1);
            all.insert(all.begin(), "env");
            all.insert(all.end(), rest.begin(), rest.end());
            return all;
        }
        const auto count = words_of_option(wrapper, words.front());
        if (!count) return {};
        words = words.subspan(std::min(*count, words.size()));
    }
    words = without_arguments(wrapper, words);
    return {words.begin(), words.end()};
}

}  // namespace

std::vector<std::string> wrapped_command(std::span<const std::string> command) {
    std::vector<std::string> innermost(command.begin(), command.end());
    while (const auto* wrapper = find_wrapper(innermost)) {
        auto started = started_by(*wrapper, std::span(innermost).subspan(1));
        if (started.empty()) break;
        innermost = std::move(started);
    }
    return innermost;
}

}  // namespace perfwrap
