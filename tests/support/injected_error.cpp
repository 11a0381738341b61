#include <csignal>
#include <stdexcept>
#include <support/eventually.hpp>
#include <support/injected_error.hpp>
#include <support/machine.hpp>
#include <support/sidecar.hpp>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gatepost::test {
namespace {

bool may_trace() {
    const pid_t traced = fork();
    if (traced == 0) {
        pause();
        _exit(0);
    }
    const bool seized = ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) == 0;
    kill(traced, SIGKILL);
    waitpid(traced, nullptr, 0);
    return seized;
}

} // namespace

std::optional<std::string> injected_error::why_not() {
    if (geteuid() != 0) {
        return "it takes root to trace a program that keeps its memory to itself";
    }
    if (const auto missing = why_not_programs({"strace"})) {
        return missing;
    }
    return may_trace() ? std::nullopt : std::optional<std::string>("processes may not be traced");
}

injected_error::injected_error(pid_t into, const std::string& calls, const std::string& error)
    : strace_(std::make_unique<child_process>(
          std::vector<std::string>{program_path("strace"), "-f", "-p", std::to_string(into), "-o",
                                   "/dev/null", "-e", "trace=" + calls, "-e",
                                   "inject=" + calls + ":error=" + error},
          directory_.file("said"))) {
    const auto said = [this] { return read_file(directory_.file("said")); };
    if (!eventually([&] { return said().find("attached") != std::string::npos; })) {
        throw std::runtime_error("strace: " + said());
    }
}

injected_error::~injected_error() {
    strace_->signal(SIGINT); // lets go of the process
    strace_->wait();
}

} // namespace gatepost::test
