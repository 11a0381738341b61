#include <gatepost/core/text.hpp>

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <support/eventually.hpp>
#include <support/machine.hpp>
#include <support/sidecar.hpp>
#include <support/tls_front.hpp>

namespace gatepost::test {
namespace {

std::string new_certificate(const std::string& key) {
    return "openssl req -x509 -nodes -newkey " + key + " ";
}

// The port in a line such as "... N listening on AF=2 127.0.0.1:40123"; 0 while there is none.
std::uint16_t port_in(const std::string& log) {
    const auto line = log.find("listening on");
    const auto end = log.find('\n', line);
    if (line == std::string::npos || end == std::string::npos) {
        return 0;
    }
    const auto colon = log.rfind(':', end);
    return core::parse_integer<std::uint16_t>(log.substr(colon + 1, end - colon - 1)).value_or(0);
}

} // namespace

certificate_authority::certificate_authority() {
    run_command(new_certificate(usual_key) + "-days 9 -subj /CN=authority -keyout " +
                directory_.file("ca.key") + " -out " + file());
}

std::string certificate_authority::issue(const wish& chosen) {
    const auto name = directory_.file(std::to_string(++issued_));
    run_command((chosen.expired ? "faketime -f -3d " : "") + new_certificate(chosen.key) +
                "-days 1 -subj /CN=test -addext subjectAltName=" + chosen.names + " -CA " + file() +
                " -CAkey " + directory_.file("ca.key") + " -keyout " + name + ".key -out " + name);
    std::ofstream(name, std::ios::app) << read_file(name + ".key");
    return name;
}

std::optional<std::string> tls_front::why_not() {
    return why_not_programs({"socat", "openssl", "faketime"});
}

tls_front::tls_front(const std::string& certificate, const std::string& behind,
                     const setting& chosen) {
    const auto versions = chosen.most.empty() ? ""
                                              : ",openssl-min-proto-version=TLS1.0,"
                                                "openssl-max-proto-version=" +
                                                    chosen.most + ",cipher=ALL:@SECLEVEL=0";
    socat_ = std::make_unique<child_process>(
        std::vector<std::string>{program_path("socat"), "-d", "-d",
                                 "OPENSSL-LISTEN:" + std::to_string(chosen.port) +
                                     ",bind=127.0.0.1,reuseaddr,fork,verify=0,cert=" + certificate +
                                     versions,
                                 "TCP:" + behind.substr(behind.find("//") + 2)},
        directory_.file("log"));
    const auto log = [this] { return read_file(directory_.file("log")); };
    if (!eventually([&] { return (port_ = port_in(log())) != 0; })) {
        throw std::runtime_error("socat: " + log());
    }
}

// Those that it forked for connections end with their peers.
tls_front::~tls_front() {
    socat_->signal(SIGTERM);
    socat_->wait();
}

} // namespace gatepost::test
