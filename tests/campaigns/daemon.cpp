#include "daemon.hpp"

#include "order.hpp"

#include <gatepost/core/text.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <support/eventually.hpp>
#include <support/http_connection.hpp>
#include <support/sidecar.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace gatepost::campaigns {
namespace {

constexpr std::chrono::milliseconds usual_linger(20);
constexpr std::chrono::seconds longest_end(60);

} // namespace

void doors::open(std::vector<std::string> urls) {
    const std::lock_guard lock(guard_);
    urls_ = std::move(urls);
}

std::string doors::pick(std::size_t any) const {
    const std::lock_guard lock(guard_);
    return urls_.empty() ? "" : urls_[any % urls_.size()];
}

daemon_under_test::daemon_under_test(setup chosen) : setup_(std::move(chosen)) {
    rewrite_configuration(usual_linger);
}

// Short waits, so that much happens in little time.
void daemon_under_test::rewrite_configuration(std::chrono::milliseconds linger) const {
    std::ofstream config(setup_.directory / "gatepost.yaml");
    config << "pixels:\n";
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        config << "  - {id: " << pixels[i] << ", access_token_env: CAMPAIGN_TOKEN"
               << (i == pixel_of_1_0 ? ", api: pixel" : "") << "}\n";
    }
    config << "listen: {http: 127.0.0.1:0, unix: " << (setup_.directory / "s").string() << "}\n"
           << "admin: {http: 127.0.0.1:0}\n"
           << "spool: {path: " << setup_.spool.string() << ", durability: " << setup_.durability
           << ", max_bytes: " << setup_.max_bytes << "}\n"
           << "relay: {endpoint: \"" << setup_.upstream
           << "\", rate: 0, batch: {linger: " << linger.count()
           << "ms}, timeout: {connect: 1s, request: 1s},"
           << " retry: {first: 20ms, max: 500ms}, breaker: {open: 50ms, max: 500ms}}\n"
           // The trail must not be what fills a small disk.
           << "audit: {max_bytes: 32MiB}\n"
           << "shutdown_grace: 500ms\n";
}

void daemon_under_test::launch() {
    launched_ = std::chrono::steady_clock::now();
    process_ = std::make_unique<test::child_process>(
        std::vector<std::string>{setup_.program, "serve", "--config",
                                 (setup_.directory / "gatepost.yaml").string()},
        log_file(), std::map<std::string, std::string>{{"CAMPAIGN_TOKEN", "planted-token"}});
}

void daemon_under_test::await() {
    std::vector<std::string> urls{process_->line_after("listening ingest http"),
                                  "unix:" + (setup_.directory / "s").string()};
    urls.front().insert(0, "http");
    admin_ = process_->line_after("listening admin ");
    start_times_.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - launched_));
    doors_.open(std::move(urls));
}

// A thread in a system call that cannot be interrupted stops when that has returned.
void daemon_under_test::freeze() const {
    constexpr std::string_view at_rest = "TtDXZ";
    signal(SIGSTOP);
    const auto threads = std::filesystem::path("/proc") / std::to_string(process_->pid()) / "task";
    test::eventually([&] {
        for (const auto& each : std::filesystem::directory_iterator(threads)) {
            const auto stat = test::read_file(each.path() / "stat");
            const auto state = stat.rfind(')') + 2; // "1234 (gatepost) S ..."
            if (state < stat.size() && at_rest.find(stat[state]) == std::string_view::npos) {
                return false;
            }
        }
        return true;
    });
}

int daemon_under_test::wait() {
    const int code = process_->wait(longest_end);
    doors_.close();
    return code;
}

void daemon_under_test::kill() {
    signal(SIGKILL);
    wait();
}

bool daemon_under_test::has_ended() {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(process_->pid()), &info, WEXITED | WNOHANG | WNOWAIT) ==
               0 &&
           info.si_pid != 0;
}

std::string daemon_under_test::status(const std::string& target) const {
    return test::http_get(admin_, target).body;
}

double daemon_under_test::metric(const std::string& name) const {
    const auto page = "\n" + status("/metrics");
    const auto at = page.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::strtod(page.c_str() + at + name.size() + 2, nullptr);
}

double daemon_under_test::unsettled() const {
    return metric("gatepost_spool_events{state=\"waiting\"}") +
           metric("gatepost_spool_events{state=\"leased\"}");
}

std::uint64_t daemon_under_test::resident_bytes() const {
    const auto pages = test::read_file("/proc/" + std::to_string(process_->pid()) + "/statm");
    std::string_view rest = pages;
    core::next_field(rest, ' ');
    const auto resident = core::parse_integer<std::uint64_t>(core::next_field(rest, ' '));
    return resident.value_or(0) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::size_t daemon_under_test::descriptors() const {
    const auto open = std::filesystem::path("/proc") / std::to_string(process_->pid()) / "fd";
    std::size_t count = 0;
    for (const auto& each : std::filesystem::directory_iterator(open)) {
        count += each.is_symlink() ? 1 : 0;
    }
    return count;
}

} // namespace gatepost::campaigns
