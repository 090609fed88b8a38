// A directory of documents to which a result is added.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "profiler/output/updated_file.hpp"

namespace perfwrap {

struct FileInFolder {
    std::string path;  // within the directory: "host/results.json"
    Update update;
};

// Checks that files can be created in the directory or, if it does not exist, that it can be created. Leaves nothing behind.
tl::expected<void, std::string> check_folder(const std::string& path);

// Creates the directory and its subdirectories where they do not exist. If one file refuses its update, nothing is written;
// otherwise each file is replaced in one step. The directory is locked meanwhile.
tl::expected<void, std::string> update_folder(const std::string& path, const std::vector<FileInFolder>& files);

}  // namespace perfwrap
