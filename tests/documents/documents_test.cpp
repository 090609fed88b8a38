// What people read about perfwrap agrees with perfwrap: READMEs, manual page and bash completion.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/documents/help_options.hpp"
#include "tests/documents/passages.hpp"
#include "tests/documents/source_file.hpp"

namespace perfwrap {
namespace {

namespace fs = std::filesystem;

const fs::path source_directory{PERFWRAP_SOURCE_DIRECTORY};

constexpr std::array documents{"README.md",          "ARCHITECTURE.md",        "probes/README.md",
                               "profiler/README.md", "exporters/README.md",    "scripts/benchmark/README.md",
                               "tests/README.md",    ".github/CONTRIBUTING.md"};

std::string read_document(std::string_view path) { return read_file(source_directory / path); }

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// The anchor that hosting sites give a heading.
std::string anchor_of(std::string heading) {
    std::erase_if(heading,
                  [](char c) { return !(std::isalnum(static_cast<unsigned char>(c)) || c == ' ' || c == '-' || c == '_'); });
    std::ranges::transform(heading, heading.begin(), [](char c) {
        return c == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return heading;
}

std::vector<std::string> anchors_of(const std::string& markdown) {
    static const std::regex heading(R"(\n#+ (.+))");
    std::vector<std::string> anchors;
    for (std::sregex_iterator match(markdown.begin(), markdown.end(), heading), none; match != none; ++match)
        anchors.push_back(anchor_of((*match)[1]));
    return anchors;
}

std::vector<std::string> links_of(const std::string& markdown) {
    static const std::regex link(R"(\]\(([^)\s]+)\))");
    std::vector<std::string> links;
    for (std::sregex_iterator match(markdown.begin(), markdown.end(), link), none; match != none; ++match)
        if (!(*match)[1].str().starts_with("http")) links.push_back((*match)[1]);
    return links;
}

TEST_CASE("the documents' tables say what perfwrap's own tables say") {
    for (const auto& passage : passages()) {
        INFO(passage.document << ": '" << passage.name << "' is stale or has no markers; scripts/documents writes it");
        CHECK(passage_in(read_document(passage.document), passage.name) == passage.text);
    }
}

TEST_CASE("every option of the help is listed with its value and its whole meaning") {
    const auto options = options_in(
        "Runs a command.\n\nThe result:\n"
        "  -o,--output [FORMAT:]PATH        Write the result; repeatable. FORMAT from\n"
        "                                   PATH's ending\n"
        "  --cgroup                         In a cgroup\n"
        "\nFormats:\n  json, .json                      everything\n"
        "\nThe command:\n  --orphans leave|wait             Left alone\n");
    REQUIRE(options.size() == 3);
    CHECK(options[0].short_name == "-o");
    CHECK(options[0].long_name == "--output");
    CHECK(options[0].value == "[FORMAT:]PATH");
    CHECK(options[0].meaning == "Write the result; repeatable. FORMAT from PATH's ending");
    CHECK(options[0].choices().empty());
    CHECK(options[1].value.empty());
    CHECK(options[1].meaning == "In a cgroup");
    CHECK(options[2].group == "The command");
    CHECK(options[2].choices() == std::vector<std::string>{"leave", "wait"});
}

TEST_CASE("the manual page and the completion know every subcommand") {
    const auto manual = read_document("scripts/packaging/perfwrap.1");
    const auto completion = read_document("scripts/packaging/perfwrap.bash");
    CHECK(contains(completion, "compgen -W \"run doctor metrics\""));
    CHECK(contains(completion, "== @(doctor|metrics) ]]"));
    for (const std::string name : {"doctor", "metrics"}) {
        INFO(name);
        CHECK(contains(manual, "\n.Nm\n.Cm " + name + "\n.Op Fl \\-json\n"));
        CHECK(contains(manual, "\n.It Cm " + name + "\n"));
    }
}

TEST_CASE("only what is between its markers changes in a document") {
    const std::string_view document =
        "before\n# begin words: written by scripts/documents\nold\n# end words\nafter\n# begin more: written by "
        "scripts/documents\n";
    CHECK(with_passage(document, "words", "new\n") ==
          "before\n# begin words: written by scripts/documents\nnew\n# end words\nafter\n# begin more: written by "
          "scripts/documents\n");
    CHECK(passage_in(document, "words") == "old\n");
    CHECK_FALSE(with_passage(document, "more", "new\n"));
    CHECK_FALSE(with_passage(document, "other", "new\n"));
}

TEST_CASE("the README can be read in five minutes") {
    const auto readme = read_document("README.md");
    CHECK(std::ranges::count(readme, '\n') <= 200);
    CHECK(readme.size() <= 12'000);
}

TEST_CASE("every link between the documents leads somewhere") {
    for (const std::string path : documents) {
        for (const auto& link : links_of(read_document(path))) {
            INFO(path << " links " << link);
            const auto hash = link.find('#');
            const auto file = link.substr(0, hash);
            const auto target = file.empty() ? source_directory / path : source_directory / fs::path(path).parent_path() / file;
            REQUIRE(fs::exists(target));
            if (hash == std::string::npos) continue;
            const auto anchors = anchors_of(read_file(fs::is_directory(target) ? target / "README.md" : target));
            CHECK(std::ranges::count(anchors, link.substr(hash + 1)) > 0);
        }
    }
}

}  // namespace
}  // namespace perfwrap
