// The real program under test: a daemon with a configuration of its own, and the sandbox as its
// upstream.
#pragma once

#include <gatepost/core/json.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <support/child_process.hpp>
#include <support/http_connection.hpp>
#include <support/read_file.hpp>
#include <utility>
#include <vector>

namespace gatepost::test {

constexpr auto pixel_code = "C0EXAMPLE0PIXEL0CODE";
constexpr auto access_token = "planted-access-token-4711";

// Where events go; `ca_file` is "" over plain HTTP.
struct upstream_address {
    std::string url;
    std::string ca_file;
};

// `gatepost sandbox`, over TLS unless told otherwise.
class sandbox_process {
  public:
    sandbox_process(const std::string& program, const std::filesystem::path& directory,
                    bool tls = true, const std::string& listen = "127.0.0.1:0");

    const std::string& url() const { return url_; }
    const std::string& ca_file() const { return ca_file_; }
    upstream_address address() const { return {url_, ca_file_}; }
    // POST /_control
    void control(const std::string& json);
    // GET /_events; every look is a connection of its own, which is taken off `connections`.
    core::json::document events();
    std::size_t connections() const { return connections_; } // others' as of the last look
    void kill();

  private:
    // GET, or POST with a body.
    std::string fetch(const std::string& target, const std::string& body);

    std::string ca_file_; // "" over plain HTTP
    std::string url_;
    std::unique_ptr<child_process> process_;
    std::size_t looks_ = 0;
    std::size_t connections_ = 0;
};

class sidecar {
  public:
    struct keys {
        // YAML added to the configuration at its top level, where it replaces the sections
        // `pixels`, `listen`, `admin` and `relay` if it has them.
        std::string more{};
        std::string spool{};                // added to that section
        std::filesystem::path spool_path{}; // instead of the usual one
        std::string relay{"retry: {first: 20ms, max: 100ms}, breaker: {open: 20ms, max: 100ms}"};
        std::vector<std::string>
            under{}; // a program, and its arguments, that the daemon runs under
        std::map<std::string, std::string> environment{};
    };
    sidecar(std::string program, std::filesystem::path directory, const upstream_address& upstream,
            const keys& chosen);
    sidecar(std::string program, std::filesystem::path directory, const sandbox_process& upstream,
            const std::string& more = "", const std::string& spool = "")
        : sidecar(std::move(program), std::move(directory), upstream.address(),
                  {.more = more, .spool = spool}) {}

    // Starts the daemon and waits until it listens.
    void start();
    // Starts it without waiting: for one that may not come up.
    void launch();
    // A piece of the configuration file becomes another; throws when it is not there.
    void reconfigure(const std::string& piece, const std::string& other) const;
    child_process& process() { return *process_; }
    const std::string& ingest() const { return ingest_; }
    const std::string& admin() const { return admin_; }
    std::string config_file() const { return (directory_ / "gatepost.yaml").string(); }
    std::string log_file() const { return (directory_ / "gatepost.log").string(); }
    const std::filesystem::path& spool() const { return spool_; }
    // The value of a metric, with its labels as Prometheus writes them; 0 when it is not there.
    double metric(const std::string& name) const;
    // Events that are neither delivered nor dead, by one look: between two a waiting event may have
    // been leased.
    double unsettled() const;
    std::string metrics() const;

  private:
    std::vector<std::string> words_; // the command line
    std::map<std::string, std::string> environment_;
    std::filesystem::path directory_;
    std::filesystem::path spool_;
    std::string ingest_;
    std::string admin_;
    std::unique_ptr<child_process> process_;
};

} // namespace gatepost::test
