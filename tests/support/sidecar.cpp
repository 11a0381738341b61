#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <support/eventually.hpp>
#include <support/sidecar.hpp>

namespace gatepost::test {

namespace {

double value_in(const std::string& page, const std::string& name) {
    const auto lines = "\n" + page;
    const auto at = lines.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::strtod(lines.c_str() + at + name.size() + 2, nullptr);
}

} // namespace

sandbox_process::sandbox_process(const std::string& program, const std::filesystem::path& directory,
                                 bool tls, const std::string& listen)
    : ca_file_(tls ? (directory / "ca.pem").string() : "") {
    std::vector<std::string> words{program, "sandbox", "--listen", listen};
    if (tls) {
        words.insert(words.end(), {"--tls", "--ca-out", ca_file_});
    }
    process_ = std::make_unique<child_process>(words, directory / "sandbox.log");
    url_ = process_->line_after("listening sandbox ");
}

// Over TLS with curl, an HTTPS client that is not ours.
std::string sandbox_process::fetch(const std::string& target, const std::string& body) {
    ++looks_;
    if (ca_file_.empty()) {
        auto answer =
            body.empty() ? http_get(url_, target) : http_connection(url_).post(target, body);
        if (answer.status != 200) {
            throw std::runtime_error("failed: " + target + " " + body + ": " + answer.body);
        }
        return std::move(answer.body);
    }
    const auto command = "curl -sS --fail --cacert '" + ca_file_ + "' " +
                         (body.empty() ? "" : "--json '" + body + "' ") + url_ + target;
    auto* pipe = popen(command.c_str(), "r");
    std::string output;
    char block[65536];
    while (const auto count = std::fread(block, 1, sizeof(block), pipe)) {
        output.append(block, count);
    }
    if (pclose(pipe) != 0) {
        throw std::runtime_error("failed: " + command);
    }
    return output;
}

void sandbox_process::control(const std::string& json) {
    fetch("/_control", json);
}

core::json::document sandbox_process::events() {
    auto parsed = core::json::parse(fetch("/_events", ""));
    auto shown = std::move(parsed.value());
    const auto all = shown.root().find("connections").integer().value();
    connections_ = static_cast<std::size_t>(all) - looks_;
    return shown;
}

void sandbox_process::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

sidecar::sidecar(std::string program, std::filesystem::path directory,
                 const upstream_address& upstream, const keys& chosen)
    : words_(chosen.under), environment_(chosen.environment), directory_(std::move(directory)),
      spool_(chosen.spool_path.empty() ? directory_ / "spool" : chosen.spool_path) {
    words_.insert(words_.end(), {std::move(program), "serve", "--config", config_file()});
    environment_.emplace("TEST_ACCESS_TOKEN", access_token);
    const auto& more = chosen.more;
    std::ofstream config(config_file());
    config << (more.find("pixels:") == std::string::npos
                   ? std::string("pixels: [{id: ") + pixel_code +
                         ", access_token_env: TEST_ACCESS_TOKEN}]\n"
                   : "")
           << (more.find("admin:") == std::string::npos ? "admin: {http: 127.0.0.1:0}\n" : "")
           << "spool: {path: " << spool().string() << (chosen.spool.empty() ? "" : ", ")
           << chosen.spool << "}\n"
           << (more.find("listen:") == std::string::npos ? "listen: {http: 127.0.0.1:0}\n" : "")
           << (more.find("relay:") == std::string::npos
                   ? "relay: {endpoint: \"" + upstream.url + "\", ca_file: \"" + upstream.ca_file +
                         "\", " + chosen.relay + "}\n"
                   : "")
           << more << '\n';
}

void sidecar::start() {
    launch();
    ingest_ = process_->line_after("listening ingest ");
    admin_ = process_->line_after("listening admin ");
}

void sidecar::launch() {
    process_ = std::make_unique<child_process>(words_, log_file(), environment_);
}

void sidecar::reconfigure(const std::string& piece, const std::string& other) const {
    auto text = read_file(config_file());
    const auto at = text.find(piece);
    if (at == std::string::npos) {
        throw std::runtime_error("not in the configuration: " + piece);
    }
    std::ofstream(config_file()) << text.replace(at, piece.size(), other);
}

std::string sidecar::metrics() const {
    return http_get(admin_, "/metrics").body;
}

double sidecar::metric(const std::string& name) const {
    return value_in(metrics(), name);
}

double sidecar::unsettled() const {
    const auto page = metrics();
    return value_in(page, "gatepost_spool_events{state=\"waiting\"}") +
           value_in(page, "gatepost_spool_events{state=\"leased\"}");
}

} // namespace gatepost::test
