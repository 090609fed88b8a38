#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace perfwrap::test {

// A new directory, accessible to every user, removed with its contents at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path() const { return path_.string(); }
    std::string operator/(std::string_view name) const { return (path_ / name).string(); }
    std::set<std::string> names() const;

private:
    std::filesystem::path path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view text);
void make_executable(const std::string& path);

}  // namespace perfwrap::test
