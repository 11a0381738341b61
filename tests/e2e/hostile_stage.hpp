// The real program among clients that mean harm, with an upstream that counts what reaches it.
#pragma once

#include "hostile_client.hpp"

#include <string>
#include <support/sidecar.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

namespace gatepost::test {

constexpr auto ingest_token = "planted-ingest-token-0815";
constexpr auto admin_token = "planted-admin-token-2342";

class hostile_stage {
  public:
    struct script {
        std::string listen{"http: 127.0.0.1:0"}; // keys of that section
        std::string admin{"http: 127.0.0.1:0"};  // of that one
        std::string more{};                      // other sections
        bool ingest_token = false;               // auth.token_file
        bool admin_token = false;                // admin.token_file
        enum class begins { now, later } start = begins::now;
    };
    hostile_stage() : hostile_stage(script()) {}
    explicit hostile_stage(const script& chosen);

    sidecar& gatepost() { return gatepost_; }
    const temporary_directory& directory() const { return directory_; }
    const std::string& ingest() { return gatepost_.ingest(); }
    const std::string& admin() { return gatepost_.admin(); }

    // An application's own request, which must be taken.
    void serves_a_good_request() { serves_a_good_request(ingest()); }
    void serves_a_good_request(const std::string& url);
    // Every event of those requests reached the upstream, which saw no other.
    void only_the_good_arrived();
    std::vector<std::string> arrived_ids(); // sorted

  private:
    temporary_directory directory_;
    sandbox_process upstream_;
    bool shows_token_;
    sidecar gatepost_;
    std::vector<std::string> good_;
};

// Bytes on a connection of their own, and what they are answered.
struct shape {
    std::string what;
    std::string bytes;
    int status = 400;
    std::string code = "bad_request";
    // Whether the refusal ends the connection; one that was read to its end need not.
    enum class then { closes, goes_on } after = then::closes;
};
// Each is refused as it says, and nothing behind it on the same connection is served, if it ends;
// a good request after each is.
void refuses_all(hostile_stage& test, const std::string& url, const std::vector<shape>& table);

// An event that would be sent if it were taken.
inline std::string stolen_event(const std::string& more = "") {
    return R"({"event":"Purchase","event_id":"stolen","visitor":{"country":"DE"},)"
           R"("consent":{"marketing":"granted"})" +
           more + "}";
}

// POST /v1/events with these headers (a line break behind each) and this body, which they frame.
inline std::string framed(const std::string& headers, const std::string& body,
                          const std::string& target = "/v1/events") {
    return "POST " + target + " HTTP/1.1\r\n" + headers + "\r\n" + body;
}

// The same with Content-Length, a Host unless there is one, and a type.
std::string posting(const std::string& headers, const std::string& body,
                    const std::string& target = "/v1/events");

// Without a body.
inline std::string asking(const std::string& method, const std::string& target,
                          const std::string& headers = "Host: localhost\r\n") {
    return method + " " + target + " HTTP/1.1\r\n" + headers + "\r\n";
}

inline std::string bearing(const std::string& token) {
    return "Authorization: Bearer " + token + "\r\n";
}

} // namespace gatepost::test
