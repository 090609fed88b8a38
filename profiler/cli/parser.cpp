#include "profiler/cli/parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "exporters/text/text.hpp"
#include "profiler/cli/help.hpp"
#include "profiler/cli/spelling.hpp"

namespace perfwrap {
namespace {

constexpr int own_failure = 125;

class HelpFormatter : public CLI::Formatter {
public:
    HelpFormatter() { column_width(help_name_columns); }
    std::string make_usage(const CLI::App*, std::string) const override { return {}; }
    // CLI11 puts two blank lines between groups; this drops one.
    std::string make_group(std::string group, bool is_positional, std::vector<const CLI::Option*> options) const override {
        return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options)).substr(1);
    }
};

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

// CLI11 takes the word after "--name=" as its value, so such an option and its empty value become two words. What comes after the
// options stays as it is.
std::vector<std::string> spell_empty_values(const CLI::App& app, std::span<const std::string> arguments) {
    std::vector<std::string> words;
    auto word = arguments.begin();
    for (; word != arguments.end() && word->size() > 1 && word->starts_with('-') && *word != "--"; ++word) {
        const auto name = word->substr(0, word->find('='));
        if (name.size() == 2 && name != "--" && word->size() > 2 && takes_value(app, name)) {  // -o=PATH, meant as --output=PATH
            const auto value = word->substr(2);
            words.insert(words.end(), {name, value.starts_with('=') ? value.substr(1) : value});
            continue;
        }
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

}  // namespace

OptionsExit complaint(std::string_view what, std::string_view subcommand) {
    return {own_failure, fmt::format("perfwrap: {}\nTry 'perfwrap {}--help'.\n", printable(what, true), subcommand)};
}

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

void add_value_option(CLI::App& app, const std::string& names, const std::string& value, TakeValue take,
                      const std::string& description) {
    const auto take_all = [long_name = names.substr(names.find("--")),
                           take = std::move(take)](const std::vector<std::string>& texts) {
        for (const auto& text : texts)
            if (const auto taken = take(text); !taken)
                throw CLI::ValidationError(fmt::format("{}: {}", long_name, taken.error()));
    };
    app.add_option_function<std::vector<std::string>>(names, take_all, description)
        ->type_name(value)
        ->option_text(value)
        ->allow_extra_args(false);
}

std::optional<OptionsExit> parse(CLI::App& app, std::span<const std::string> arguments, std::string_view subcommand) {
    try {
        auto words = spell_empty_values(app, arguments);
        std::ranges::reverse(words);  // as CLI11 takes them
        app.parse(std::move(words));
        return std::nullopt;
    } catch (const CLI::CallForHelp&) {
        auto text = app.help();
        text.erase(text.find_last_not_of('\n') + 2);  // CLI11 ends it with several newlines
        return OptionsExit{0, std::move(text)};
    } catch (const CLI::CallForVersion&) {
        return OptionsExit{0, app.version() + "\n"};
    } catch (const CLI::ParseError& error) {
        return complaint(error.what(), subcommand);
    }
}

tl::expected<bool, OptionsExit> parse_report_options(std::span<const std::string> arguments, std::string_view name,
                                                     std::string_view usage) {
    const auto subcommand = fmt::format("{} ", name);
    bool json = false;
    CLI::App app{std::string{usage}, fmt::format("perfwrap {}", name)};
    app.formatter(help_formatter());
    app.set_help_flag("-h,--help", "Print this help");
    app.add_flag("--json", json, "Print JSON");
    app.allow_extras();

    if (auto exit = parse(app, arguments, subcommand)) return tl::unexpected(std::move(*exit));
    if (app.remaining_size() == 0) return json;
    const auto extra = app.remaining().front();
    return tl::unexpected(complaint(extra.starts_with('-') ? unknown_option(extra, long_options(app))
                                                           : fmt::format("{0} does not take '{1}'; to run a program called {0}: "
                                                                         "perfwrap -- {0}",
                                                                         name, extra),
                                    subcommand));
}

std::vector<std::string> long_options(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

}  // namespace perfwrap
