#include "probes/system/patient_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>

#include "probes/system/clock.hpp"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {

struct PatientReader::Question {
    UniqueFd directory;  // its own, since whoever asks may be gone before the answer
    std::string path;
    std::size_t most_bytes = 0;
};

PatientReader::Answer PatientReader::answer_to(const Question& question) {
    const auto cpu_before_ns = thread_cpu_ns();
    PatientReader::Answer answer;
    const UniqueFd file{::openat(question.directory.get(), question.path.c_str(), O_RDONLY | O_CLOEXEC)};
    answer.text.resize(file ? question.most_bytes : 0);
    const auto count = file ? ::read(file.get(), answer.text.data(), answer.text.size()) : -1;
    if (count < 0) answer.error = errno;
    answer.text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    answer.cpu_ns = thread_cpu_ns() - cpu_before_ns;
    return answer;
}

// Shared with the thread, which may outlive the reader.
struct PatientReader::Desk {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Question> question;
    std::optional<Answer> answer;
    bool over = false;
};

void PatientReader::serve(const std::shared_ptr<Desk>& desk) {
    std::unique_lock lock(desk->mutex);
    while (true) {
        desk->changed.wait(lock, [&] { return desk->question || desk->over; });
        if (!desk->question) return;
        const auto question = *std::exchange(desk->question, std::nullopt);
        lock.unlock();
        auto answer = answer_to(question);
        lock.lock();
        desk->answer = std::move(answer);
        desk->changed.notify_all();
    }
}

PatientReader::~PatientReader() {
    if (!desk_) return;
    {
        const std::lock_guard lock(desk_->mutex);
        desk_->over = true;
    }
    desk_->changed.notify_all();
    thread_.join();
}

bool PatientReader::has_left_behind(int pid) {
    std::erase_if(left_behind_, [](const auto& left) {
        const std::lock_guard lock(left.second->mutex);
        return left.second->answer.has_value();
    });
    return std::ranges::any_of(left_behind_, [&](const auto& left) { return left.first == pid; });
}

std::optional<PatientReader::Answer> PatientReader::read(int directory, int pid, const std::string& path,
                                                         std::size_t most_bytes) {
    if (!left_behind_.empty() && has_left_behind(pid)) return std::nullopt;
    Question question{UniqueFd{::fcntl(directory, F_DUPFD_CLOEXEC, 0)}, path, most_bytes};
    if (!desk_) {
        const auto desk = std::make_shared<Desk>();
        try {
            thread_ = std::thread([desk] { serve(desk); });
        } catch (const std::system_error&) {  // the number of threads is limited
            return answer_to(question);
        }
        desk_ = desk;
    }
    std::unique_lock lock(desk_->mutex);
    desk_->question = std::move(question);
    desk_->answer.reset();
    desk_->changed.notify_all();
    if (desk_->changed.wait_for(lock, std::chrono::seconds(1), [this] { return desk_->answer.has_value(); }))
        return std::exchange(desk_->answer, std::nullopt);
    desk_->over = true;
    lock.unlock();
    thread_.detach();
    left_behind_.emplace_back(pid, std::exchange(desk_, nullptr));
    return std::nullopt;
}

}  // namespace perfwrap
