#include "exporters/text/text.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

TEST_CASE("well-formed UTF-8 stays and every other byte is replaced") {
    CHECK(valid_utf8("aé日😀") == "aé日😀");
    CHECK(valid_utf8("a\xff"
                     "b") == "a\ufffdb");
    CHECK(valid_utf8("\xc3") == "\ufffd");                                // cut short
    CHECK(valid_utf8("\xc0\xaf") == "\ufffd\ufffd");                      // overlong
    CHECK(valid_utf8("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");            // surrogate
    CHECK(valid_utf8("\xf4\x90\x80\x80") == "\ufffd\ufffd\ufffd\ufffd");  // beyond U+10FFFF
    CHECK(valid_utf8("\xe2\x28\xa1") == "\ufffd(\ufffd");
    CHECK(valid_utf8("") == "");
}

TEST_CASE("what could move the cursor or change the terminal is spelled out") {
    CHECK(printable("a\nb\tc\r", true) == "a\\nb\\tc\\r");
    CHECK(printable("\x1b[31mred", true) == "\\x1b[31mred");
    CHECK(printable("\x7f\xff", true) == "\\x7f\\xff");
    CHECK(printable("\u009b1m", true) == "\\x9b1m");
    CHECK(printable("\u202eevil", true) == "\\u{202e}evil");
    CHECK(printable(std::string("a\0b", 3), true) == "a\\x00b");
    CHECK(printable("é日", true) == "é日");
}

TEST_CASE("without Unicode nothing beyond ASCII is left") { CHECK(printable("é日x\u202e\xff", false) == "??x\\u{202e}\\xff"); }

TEST_CASE("width is counted in columns") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("é") == 1);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("e\u0301") == 1);
}

TEST_CASE("text is cut to a width with an ellipsis") {
    CHECK(truncate_to_width("abcdef", 6, true) == "abcdef");
    CHECK(truncate_to_width("abcdef", 4, true) == "abc…");
    CHECK(truncate_to_width("abcdef", 5, false) == "ab...");
    CHECK(truncate_to_width("日本語", 4, true) == "日…");
}

TEST_CASE("text is cut in the middle to a width, wide characters as a whole") {
    CHECK(cut_middle("abcdef", 6, true) == "abcdef");
    CHECK(cut_middle("abcdef", 5, true) == "ab…ef");
    CHECK(cut_middle("abcdef", 4, true) == "ab…f");
    CHECK(cut_middle("abcdefgh", 7, false) == "ab...gh");
    CHECK(cut_middle("日本語日本語", 6, true) == "日…語");
    CHECK(cut_middle("abcdef", 1, true) == "…");
    CHECK(first_columns("日本", 3) == "日");
    CHECK(last_columns("日本", 3) == "本");
}

TEST_CASE("words fill lines up to the width, each line after the first behind the indent") {
    CHECK(wrap("one two three", 80, 4) == "one two three");
    CHECK(wrap("one two  three four", 11, 4) == "one two\n    three\n    four");
    CHECK(wrap("a aVeryLongWord b", 6, 2) == "a\n  aVeryLongWord\n  b");
    CHECK(wrap("日本 日本 é", 9, 0) == "日本 日本\né");
    CHECK(wrap("", 80, 4) == "");
}

TEST_CASE("pieces are kept whole and separated, also at the end of a line") {
    CHECK(flow({"peak 1 MiB", "average 2 MiB", "x"}, ",", 26) == std::vector<std::string>{"peak 1 MiB, average 2 MiB,", "x"});
}
