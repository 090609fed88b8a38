#include "probes/recording/command_name.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "probes/recording/wrapped_command.hpp"

namespace perfwrap {
namespace {

// One-letter options of an interpreter, by what follows them.
struct Interpreter {
    std::string_view program;
    std::string_view with_value;
    std::string_view with_code;  // the argument is code, so there is no script
    std::string_view with_module;
};

constexpr std::array interpreters{
    Interpreter{"python", "WX", "c", "m"}, Interpreter{"pypy", "WX", "c", "m"}, Interpreter{"sh", "oO", "c", ""},
    Interpreter{"bash", "oO", "c", ""},    Interpreter{"dash", "o", "c", ""},   Interpreter{"zsh", "o", "c", ""},
    Interpreter{"ksh", "o", "c", ""},      Interpreter{"perl", "I", "eE", ""},  Interpreter{"ruby", "ICr", "e", ""},
    Interpreter{"node", "rC", "ep", ""},   Interpreter{"Rscript", "", "e", ""},
};

constexpr std::array<std::string_view, 4> long_options_with_value{"--check-hash-based-pycs", "--rcfile", "--init-file",
                                                                  "--require"};

// "python3.11" is python.
bool is_version_of(std::string_view name, std::string_view program) {
    return name.starts_with(program) && name.find_first_not_of("0123456789.", program.size()) == std::string_view::npos;
}

const Interpreter* find_interpreter(std::string_view name) {
    const auto found = std::ranges::find_if(interpreters, [&](const auto& each) { return is_version_of(name, each.program); });
    return found == interpreters.end() ? nullptr : &*found;
}

std::optional<std::string> script_name(const Interpreter& interpreter, std::span<const std::string> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        if (word == "-") return std::nullopt;
        if (word == "--")
            return i + 1 < arguments.size() ? std::optional{std::string{base_name(arguments[i + 1])}} : std::nullopt;
        if (!word.starts_with('-')) return std::string{base_name(word)};
        if (word.starts_with("--")) {
            if (std::ranges::find(long_options_with_value, word) != long_options_with_value.end()) ++i;
            continue;
        }
        const auto letter = word.find_first_of(
            std::string{interpreter.with_value} += std::string{interpreter.with_code} += interpreter.with_module, 1);
        if (letter == std::string_view::npos) continue;
        if (interpreter.with_code.find(word[letter]) != std::string_view::npos) return std::nullopt;
        const bool value_attached = letter + 1 < word.size();
        if (interpreter.with_module.find(word[letter]) != std::string_view::npos) {
            if (value_attached) return std::string{word.substr(letter + 1)};
            return i + 1 < arguments.size() ? std::optional{arguments[i + 1]} : std::nullopt;
        }
        if (!value_attached) ++i;
    }
    return std::nullopt;
}

}  // namespace

std::string_view base_name(std::string_view path) {
    const auto end = path.find_last_not_of('/');
    if (end == std::string_view::npos) return path;
    path = path.substr(0, end + 1);
    return path.substr(path.rfind('/') + 1);
}

std::string program_name(std::span<const std::string> command) {
    constexpr std::string_view unknown = "(unknown)";
    if (command.empty()) return std::string{unknown};
    std::string_view title = command.front();
    title = title.substr(0, title.find_first_of(" \t\n"));
    if (title.ends_with(':')) title.remove_suffix(1);
    return std::string{title.empty() ? unknown : base_name(title)};
}

std::string default_benchmark_name(std::span<const std::string> command) {
    const auto started = wrapped_command(command);
    if (started.empty() || started.front().empty()) return "(unknown)";
    const auto program = base_name(started.front());
    if (const auto* interpreter = find_interpreter(program))
        if (auto script = script_name(*interpreter, std::span(started).subspan(1)); script && !script->empty())
            return std::move(*script);
    return std::string{program};
}

}  // namespace perfwrap
