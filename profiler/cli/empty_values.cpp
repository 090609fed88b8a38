#include "profiler/cli/empty_values.hpp"

namespace perfwrap {
namespace {

bool takes_value(const CLI::App& app, const std::string& name) {
    const auto* option = app.get_option_no_throw(name);
    return option != nullptr && option->get_items_expected_max() > 0;
}

// "--name", or letters of which only the last one takes a value: "-qn".
bool takes_next_word(const CLI::App& app, const std::string& word) {
    if (word.starts_with("--")) return takes_value(app, word);
    for (std::size_t i = 1; i < word.size(); ++i)
        if (takes_value(app, {'-', word[i]})) return i + 1 == word.size();
    return false;
}

}  // namespace

std::vector<std::string> spell_empty_values(const CLI::App& app, std::span<const std::string> arguments) {
    std::vector<std::string> words;
    auto word = arguments.begin();
    for (; word != arguments.end() && word->size() > 1 && word->starts_with('-') && *word != "--"; ++word) {
        const auto name = word->substr(0, word->find('='));
        if (name.size() + 1 == word->size() && takes_value(app, name)) {
            words.insert(words.end(), {name, ""});
            continue;
        }
        words.push_back(*word);
        if (takes_next_word(app, *word) && word + 1 != arguments.end()) words.push_back(*++word);
    }
    words.insert(words.end(), word, arguments.end());
    return words;
}

}  // namespace perfwrap
