// A folder of documents that gain something.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "profiler/output/updated_file.hpp"

namespace perfwrap {

struct FileInFolder {
    std::string path;  // in the folder: "host/results.json"
    Update update;
};

// Whether files could be put into that folder, or where it is absent, whether it could be made; without leaving anything behind.
tl::expected<void, std::string> check_folder(const std::string& path);

// Makes the folder, and those in it, where they are absent. Nothing is written if one of the files is refused; else each is
// replaced in one step. Other perfwraps are kept from the folder meanwhile.
tl::expected<void, std::string> update_folder(const std::string& path, const std::vector<FileInFolder>& files);

}  // namespace perfwrap
