// Writes into the documents what perfwrap's own tables say. usage: perfwrap_documents SOURCE_DIRECTORY
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <fstream>

#include "tests/documents/passages.hpp"
#include "tests/documents/source_file.hpp"

namespace {

void write_passage(const std::string& path, const perfwrap::Passage& passage) {
    const auto document = perfwrap::read_file(path);
    const auto renewed = perfwrap::with_passage(document, passage.name, passage.text);
    if (!renewed) throw std::runtime_error(fmt::format("{} has no markers around '{}'", path, passage.name));
    if (*renewed == document) return;
    std::ofstream file(path, std::ios::binary);
    file << *renewed;
    if (!file.flush()) throw std::runtime_error(path + " cannot be written");
    fmt::print("{}: {}\n", passage.document, passage.name);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 2) throw std::runtime_error("one argument is needed: the source directory");
        for (const auto& passage : perfwrap::passages()) write_passage(fmt::format("{}/{}", argv[1], passage.document), passage);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "perfwrap_documents: {}\n", failure.what());
        return 1;
    }
}
