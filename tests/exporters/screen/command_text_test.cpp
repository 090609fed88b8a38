#include "exporters/screen/command_text.hpp"

#include <catch2/catch.hpp>

#include "exporters/text/text.hpp"

using namespace perfwrap;

namespace {

using Words = std::vector<std::string>;

const Words compiler{"/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus",
                     "-quiet",
                     "-I",
                     "/a/long/path/of/headers",
                     "-imultiarch",
                     "x86_64-linux-gnu",
                     "-MD",
                     "main.d",
                     "-D_GNU_SOURCE",
                     "/src/project/main.cpp",
                     "-quiet",
                     "-dumpbase",
                     "main.cpp",
                     "-dumpbase-ext",
                     ".cpp",
                     "-mtune=generic",
                     "-O2",
                     "-o",
                     "/tmp/ccbUJPnk.s"};

}  // namespace

TEST_CASE("a command that fits is shown as it is") {
    CHECK(command_text({"/usr/bin/python3", "bench.py"}, 25, true) == "/usr/bin/python3 bench.py");
    CHECK(command_text({}, 25, true).empty());
}

TEST_CASE("a command that is too long loses the program's directory first") {
    CHECK(command_text({"/usr/bin/python3", "bench.py"}, 24, true) == "python3 bench.py");
}

TEST_CASE("a compiler's long command keeps its source") {
    CHECK(command_text(compiler, 47, true) == "cc1plus -quiet -I … main.cpp …o /tmp/ccbUJPnk.s");
    for (const int columns : {30, 47, 80, 120}) {
        CAPTURE(columns);
        const auto text = command_text(compiler, columns, true);
        CHECK(display_width(text) <= columns);
        CHECK(text.starts_with("cc1plus"));
        CHECK(text.find("main.cpp") != std::string::npos);
    }
}

TEST_CASE("a long command keeps its beginning and its end") {
    Words words{"python3", "-u", "bench.py"};
    for (int i = 0; i < 50; ++i) words.push_back("--option=" + std::to_string(i));
    words.emplace_back("data/input.csv");
    const auto text = command_text(words, 60, false);
    CHECK(text.starts_with("python3 -u bench.py --option"));
    CHECK(text.ends_with("data/input.csv"));
    CHECK(text.find("...") != std::string::npos);
    CHECK(display_width(text) <= 60);
}

TEST_CASE("code is no file, however long it is") {
    const auto text = command_text({"python3", "-c", "import os.path\nos.path.walk('x')", std::string(100, 'y')}, 40, true);
    CHECK(text.starts_with("python3 -c import os"));
    CHECK(text.ends_with("…" + std::string(19, 'y')));
}

TEST_CASE("no width is too small, and nothing touches the terminal") {
    for (int columns = 0; columns < 60; ++columns) {
        CAPTURE(columns);
        CHECK(display_width(command_text(compiler, columns, true)) <= std::max(columns, 1));
        CHECK(display_width(command_text({"a\033[2J", "\xff/b.c", std::string(90, 'c')}, columns, false)) <=
              std::max(columns, 3));
    }
    CHECK(command_text({"a\033[2J", std::string(90, 'c')}, 40, true).find('\033') == std::string::npos);
}
