#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <support/child_process.hpp>
#include <support/eventually.hpp>
#include <support/read_file.hpp>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::test {
namespace {

// In the child, right before the program.
void hand_over(const handed_sockets& sockets) {
    if (sockets.descriptors.empty()) {
        return;
    }
    // First out of the way: one of them may have a number that another one is to get.
    constexpr int far = 100;
    std::vector<int> moved;
    for (const int each : sockets.descriptors) {
        moved.push_back(fcntl(each, F_DUPFD_CLOEXEC, far));
    }
    for (std::size_t i = 0; i < moved.size(); ++i) {
        dup2(moved[i], STDERR_FILENO + 1 + static_cast<int>(i));
    }
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", std::to_string(moved.size()).c_str(), 1);
    setenv("LISTEN_FDNAMES", sockets.names.c_str(), 1);
}

std::string last_of(const std::string& file) {
    constexpr std::size_t most = 2000;
    auto text = read_file(file);
    return text.substr(text.size() > most ? text.size() - most : 0);
}

} // namespace

child_process::child_process(const std::vector<std::string>& arguments,
                             const std::string& error_file,
                             const std::map<std::string, std::string>& environment,
                             const handed_sockets& sockets)
    : error_file_(error_file) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    pid_ = fork();
    if (pid_ == 0) {
        const int errors = open(error_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(ends[1], STDOUT_FILENO);
        dup2(errors, STDERR_FILENO);
        for (const auto& [name, value] : environment) {
            setenv(name.c_str(), value.c_str(), 1);
        }
        std::vector<char*> words;
        for (const auto& argument : arguments) {
            words.push_back(const_cast<char*>(argument.c_str())); // exec does not write to them
        }
        words.push_back(nullptr);
        hand_over(sockets);
        execv(words[0], words.data());
        _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
}

child_process::~child_process() {
    if (!ended_with_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(output_);
}

std::string child_process::line_after(const std::string& beginning) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (std::size_t seen = 0;;) {
        for (; seen < lines_.size(); ++seen) {
            if (lines_[seen].starts_with(beginning)) {
                return lines_[seen].substr(beginning.size());
            }
        }
        pollfd ready{output_, POLLIN, 0};
        char block[4096];
        if (poll(&ready, 1, 1000) > 0) {
            const auto count = read(output_, block, sizeof(block));
            if (count <= 0) {
                throw std::runtime_error("the program ended before it wrote: " + beginning +
                                         "; it ended with " + std::to_string(wait()) +
                                         " and said: ..." + last_of(error_file_));
            }
            unread_.append(block, static_cast<std::size_t>(count));
        }
        for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
            lines_.push_back(unread_.substr(0, end));
            unread_.erase(0, end + 1);
        }
        if (std::chrono::steady_clock::now() > until) {
            throw std::runtime_error("the program did not write: " + beginning + "; it said: ..." +
                                     last_of(error_file_));
        }
    }
}

std::string child_process::rest_of_output() {
    auto rest = std::move(unread_);
    unread_.clear();
    char block[4096];
    for (auto count = read(output_, block, sizeof(block)); count > 0;
         count = read(output_, block, sizeof(block))) {
        rest.append(block, static_cast<std::size_t>(count));
    }
    return rest;
}

void child_process::signal(int number) const {
    if (!ended_with_) {
        kill(pid_, number);
    }
}

int child_process::wait(std::chrono::seconds limit) {
    eventually(
        [&] {
            int raw = 0;
            if (!ended_with_ && waitpid(pid_, &raw, WNOHANG) == pid_) {
                ended_with_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
            }
            return ended_with_.has_value();
        },
        limit);
    if (!ended_with_) {
        throw std::runtime_error("the program did not end");
    }
    return *ended_with_;
}

} // namespace gatepost::test
