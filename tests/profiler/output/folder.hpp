// A folder to write into, and what is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "probes/system/unique_fd.hpp"

namespace perfwrap::test {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "perfwrap-writer-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }
    std::set<std::string> names() const {
        std::set<std::string> found;
        for (const auto& each : std::filesystem::directory_iterator(path_)) found.insert(each.path().filename().string());
        return found;
    }

private:
    std::filesystem::path path_;
};

// As from O_PATH.
inline UniqueFd directory(const Folder& folder) { return UniqueFd(::open(folder.path().c_str(), O_PATH | O_CLOEXEC)); }

using Names = std::set<std::string>;

inline std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

inline void put(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

inline bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace perfwrap::test
