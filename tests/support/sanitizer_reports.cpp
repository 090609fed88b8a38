#include "tests/support/sanitizer_reports.hpp"

#ifdef PERFWRAP_SANITIZE

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;

// Programs that run as another user write there too.
class ReportFolder {
public:
    ReportFolder() {
        std::string name = (fs::temp_directory_path() / "perfwrap-sanitizers-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
        fs::permissions(path_, fs::perms::all | fs::perms::sticky_bit);
    }
    ~ReportFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    ReportFolder(const ReportFolder&) = delete;
    ReportFolder& operator=(const ReportFolder&) = delete;

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

const fs::path& report_folder() {
    static const ReportFolder folder;
    return folder.path();
}

}  // namespace

// The command of a sanitized perfwrap would inherit what a sanitizer changes in its own process.
constexpr const char* nothing_inherited = ":handle_segv=0:handle_sigbus=0:handle_sigfpe=0:disable_coredump=0";

void collect_sanitizer_reports() {
    for (const auto* variable : {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
        const char* const set = std::getenv(variable);
        const std::string options = (set ? std::string(set) + ":" : "") + "log_path=" + (report_folder() / "report").string() +
                                    ":halt_on_error=1:print_stacktrace=1" + nothing_inherited;
        ::setenv(variable, options.c_str(), 1);
    }
    // gcc's UBSan beside its ASan does not support log_path: a finding ends the program in a way that no test expects.
    ::setenv("UBSAN_OPTIONS", (std::string(std::getenv("UBSAN_OPTIONS")) + ":abort_on_error=1").c_str(), 1);
}

std::string take_sanitizer_reports() {
    std::string text;
    for (const auto& entry : fs::directory_iterator(report_folder())) {
        std::ifstream file(entry.path(), std::ios::binary);
        text.append(std::istreambuf_iterator<char>(file), {});
        fs::remove(entry.path());
    }
    return text;
}

}  // namespace perfwrap::test

#else

namespace perfwrap::test {

void collect_sanitizer_reports() {}

std::string take_sanitizer_reports() { return {}; }

}  // namespace perfwrap::test

#endif
