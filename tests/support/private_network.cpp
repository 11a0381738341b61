#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <support/machine.hpp>
#include <support/private_network.hpp>
#include <system_error>
#include <unistd.h>

namespace gatepost::test {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace

std::optional<std::string> private_network::why_not() {
    if (const auto missing = why_not_programs({"ip", "nft"})) {
        return missing;
    }
    if (const auto denied = why_not_namespaces()) {
        return denied;
    }
    try {
        private_network tried;
        tried.lose("tcp dport 1");
    } catch (const std::exception& failure) {
        return failure.what();
    }
    return std::nullopt;
}

private_network::private_network()
    : before_(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (before_ < 0 || unshare(CLONE_NEWNET) != 0) {
        fail("a network of its own");
    }
    run_command("ip link set lo up");
}

private_network::~private_network() {
    setns(before_, CLONE_NEWNET);
    close(before_);
}

void private_network::lose(const std::string& match) {
    run_command("nft add table inet faults");
    run_command("nft 'add chain inet faults out { type filter hook output priority 0; }'");
    run_command("nft add rule inet faults out '" + match + " drop'");
}

void private_network::heal() {
    run_command("nft delete table inet faults");
}

} // namespace gatepost::test
