// The real program, which is told marked things, and all that it writes.
#pragma once

#include "markers.hpp"
#include "rows.hpp"

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <support/child_process.hpp>
#include <support/eventually.hpp>
#include <support/scripted_upstream.hpp>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

// A daemon that is told marked things. Its upstream is first one behind a proxy that refuses.
class confidant {
  public:
    explicit confidant(bool encrypted)
        : sandbox_(program_under_test(), directory_.path(), false),
          proxy_(
              std::deque<scripted_act>(1000, {answer_bytes(407, "{}"), scripted_act::end::closes})),
          gatepost_(program_under_test(), (std::filesystem::create_directory(own()), own()),
                    {"https://upstream.invalid", ""}, keys(encrypted)) {
        gatepost_.start();
    }

    planted& marks() { return marks_; }
    sidecar& gatepost() { return gatepost_; }
    sandbox_process& sandbox() { return sandbox_; }

    // As an application that shows its token.
    http_answer post(const std::string& target, const std::string& body,
                     http_connection::headers extra = {}) {
        extra.emplace_back("Authorization", "Bearer " + ingest_token_);
        return http_connection(gatepost_.ingest()).post(target, body, extra);
    }
    // What must be refused, with an answer that repeats nothing.
    void refused(int status, const std::string& what, const http_answer& answer) {
        CAPTURE(what, answer.body);
        CHECK(answer.status == status);
        std::string head;
        for (const auto& [name, value] : answer.headers) {
            head += name + ": " + value + "\n";
        }
        refusals_["refusal of " + what] = head + answer.body;
    }
    // As an operator.
    http_answer get(const std::string& target) { return ask("GET", target, ""); }
    http_answer ask(const std::string& method, const std::string& target, const std::string& body) {
        return http_connection(gatepost_.admin())
            .request(method, target, {{"Authorization", "Bearer " + admin_token_}}, body);
    }
    bool counts(const std::string& line) {
        return eventually([&] { return get("/metrics").body.find(line) != std::string::npos; });
    }
    bool upstream_failed_as(const std::string& outcome) {
        return counts("gatepost_upstream_requests_total{outcome=\"" + outcome + "\",pixel=\"" +
                      pixel_code + "\"}");
    }
    void reload() {
        const auto reloads = [&] {
            const auto log = read_file(gatepost_.log_file());
            std::size_t count = 0;
            for (auto at = log.find("configuration reloaded"); at != std::string::npos;
                 at = log.find("configuration reloaded", at + 1)) {
                ++count;
            }
            return count;
        };
        const auto before = reloads();
        gatepost_.process().signal(SIGHUP);
        REQUIRE(eventually([&] { return reloads() > before; }));
    }
    // `gatepost upload` of a file that is marked, by an application's own configuration.
    void upload(const std::string& csv) {
        const auto orders = directory_.path() / "orders.csv";
        std::ofstream(orders) << csv;
        child_process run({program_under_test(), "upload", orders.string(), "--to",
                           gatepost_.ingest(), "--token-file",
                           (directory_.path() / "ingest").string()},
                          directory_.file("upload.log"));
        CHECK(run.wait() == 1); // a row is wrong
        for (const auto* const name :
             {"upload.log", "orders.csv.gatepost-progress", "orders.csv.rejected.ndjson"}) {
            CAPTURE(read_file(directory_.path() / "upload.log"));
            REQUIRE(std::filesystem::exists(directory_.path() / name));
            refusals_[name] = read_file(directory_.path() / name);
        }
    }

    // Events go there from now on, and what waits is tried at once.
    void go_to(const std::string& endpoint) {
        gatepost_.reconfigure(endpoint_, endpoint);
        if (!proxy_part_.empty()) {
            gatepost_.reconfigure(proxy_part_, "");
        }
        endpoint_ = endpoint;
        proxy_part_.clear();
        reload();
    }

    std::string log() const { return read_file(gatepost_.log_file()); }
    // On standard output; once it has ended.
    std::string output() { return gatepost_.process().rest_of_output(); }

    // Those of the daemon's own making, but for the one whose content is a key.
    places files() const {
        places shown;
        for (const auto& each : std::filesystem::recursive_directory_iterator(gatepost_.spool())) {
            if (each.is_regular_file() && each.path().filename() != "identity.key") {
                shown["file " + std::filesystem::relative(each.path(), own()).string()] =
                    read_file(each.path());
            }
        }
        return shown;
    }
    // The log of the spool's file is cut off when nothing has happened for a while.
    bool is_gone_from_files(bool (*may)(const marker& what, const std::string& place)) const {
        return eventually([&] { return leaks(marks_, files(), may).empty(); },
                          std::chrono::seconds(45));
    }
    // All that the program has written so far, while it runs.
    places everything() {
        auto shown = files();
        shown.insert(refusals_.begin(), refusals_.end());
        shown["log"] = log();
        for (const auto* const target :
             {"/metrics", "/v1/status", "/v1/decisions", "/v1/dead-letters?limit=100", "/healthz",
              "/readyz", "/", "/nowhere"}) {
            shown[std::string("GET ") + target] = get(target).body;
        }
        const auto of = "/proc/" + std::to_string(gatepost_.process().pid());
        shown["arguments"] = read_file(of + "/cmdline");
        shown["environment"] = read_file(of + "/environ");
        shown["gatepost check"] = said_by("check");
        REQUIRE(shown["GET /metrics"].find("gatepost_") != std::string::npos);
        REQUIRE(shown["arguments"].find("serve") != std::string::npos);
        return shown;
    }
    int stop() {
        gatepost_.process().signal(SIGTERM);
        return gatepost_.process().wait();
    }

  private:
    // All that a command writes about the daemon and its configuration.
    std::string said_by(const std::string& command) const {
        const auto output = directory_.file("command");
        child_process run({"/bin/sh", "-c",
                           "exec \"$0\" " + command + " --config \"$1\" > \"$2\" 2>&1",
                           program_under_test(), gatepost_.config_file(), output},
                          directory_.file("shell"));
        run.wait();
        return read_file(output);
    }

    std::filesystem::path own() const { return directory_.path() / "own"; }

    static void write_secret(const std::filesystem::path& file, const std::string& text) {
        using std::filesystem::perms;
        std::ofstream(file) << text << '\n';
        std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
    }

    // All secrets come by files, so neither the arguments nor the environment hold one.
    sidecar::keys keys(bool encrypted) {
        const auto secret = [&](const std::string& name, const std::string& text) {
            write_secret(directory_.path() / name, text);
            return (directory_.path() / name).string();
        };
        ingest_token_ = marks_.never("ingest-token");
        admin_token_ = marks_.never("admin-token");
        const auto pixel = secret("access", marks_.never("access-token"));
        const auto key =
            std::string("a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f91");
        marks_.keep("spool key", key, allowed::nowhere);
        proxy_part_ = ", proxy: \"" + proxy_.url() + "\", proxy_credentials_file: " +
                      secret("proxy", "gatepost:" + marks_.never("proxy-password"));
        return {.more = std::string("pixels: [{id: ") + pixel_code + ", access_token_file: " +
                        pixel + "}]\nlog: {level: debug}\nadmin: {http: 127.0.0.1:0, token_file: " +
                        secret("admin", admin_token_) + "}\nauth: {token_file: " +
                        secret("ingest", ingest_token_) + "}\naudit: {record: all}",
                .spool = encrypted ? "key_file: " + secret("spool-key", key) : "",
                .relay = at_once + proxy_part_};
    }

    temporary_directory directory_;
    planted marks_;
    std::string ingest_token_;
    std::string admin_token_;
    std::string endpoint_ = "https://upstream.invalid";
    std::string proxy_part_; // of the configuration's section `relay`
    places refusals_;
    sandbox_process sandbox_;
    scripted_upstream proxy_;
    sidecar gatepost_;
};

} // namespace gatepost::test
