#include <gatepost/net/proxy.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <optional>
#include <string>

using namespace gatepost;

TEST_CASE("proxy: a URL gives host, port and credentials") {
    const auto [url, authority, credentials] =
        GENERATE(table<std::string, std::string, std::string>(
            {{"http://proxy:3128", "proxy:3128", ""},
             {"http://proxy:3128/", "proxy:3128", ""},
             {"HTTP://Proxy.Example", "proxy.example:80", ""},
             {"proxy:3128", "proxy:3128", ""},
             {"10.0.0.1:8080", "10.0.0.1:8080", ""},
             {"http://[2001:db8::1]:3128", "[2001:db8::1]:3128", ""},
             {"http://[2001:DB8::1]", "[2001:db8::1]:80", ""},
             {"http://user:p%40ss@proxy:3128", "proxy:3128", "user:p@ss"},
             {"http://user:p@ss@proxy", "proxy:80", "user:p@ss"},
             {"http://user:a:b%25@proxy", "proxy:80", "user:a:b%"},
             {"http://user@proxy", "proxy:80", "user:"},
             {"user:secret@proxy:3128", "proxy:3128", "user:secret"},
             {"http://@proxy", "proxy:80", ""}}));
    CAPTURE(url);
    const auto read = net::parse_proxy(url);
    REQUIRE(read);
    CHECK(read->authority() == authority);
    CHECK(read->credentials.reveal() == credentials);
}

TEST_CASE("proxy: what is no HTTP proxy is refused") {
    const std::string url = GENERATE(
        as<std::string>(), "", "http://", "https://proxy:3128", "socks5://proxy:1080",
        "socks5h://proxy", "http://proxy:0", "http://proxy:65536", "http://proxy:", "http://:3128",
        "http://proxy:31a", "http://proxy/path", "http://proxy?x", "http://proxy#x", "http://a b",
        "http://proxy:3128//", "2001:db8::1", "http://[proxy]", "http://[::1", "http://[::1]3128",
        "http://[fe80::1%eth0]", "http://.", "http://user%3Aname:x@proxy", "http://u:%0d%0a@proxy",
        "http://http://proxy", "http://pro\r\nxy");
    CAPTURE(url);
    CHECK_FALSE(net::parse_proxy(url));
}

TEST_CASE("proxy: which upstreams NO_PROXY exempts") {
    struct row {
        std::string upstream;
        std::string list;
        bool exempt;
    };
    const auto each = GENERATE(values<row>({
        {"https://business-api.tiktok.com", "", false},
        {"https://business-api.tiktok.com", "*", true},
        {"https://business-api.tiktok.com", "example.com, *", true},
        {"https://business-api.tiktok.com", "tiktok.com", true},
        {"https://business-api.tiktok.com", ".tiktok.com", true},
        {"https://business-api.tiktok.com", "*.tiktok.com", true},
        {"https://business-api.tiktok.com", "TikTok.COM", true},
        {"https://business-api.tiktok.com", "tiktok.com.", true},
        {"https://business-api.tiktok.com.", "tiktok.com", true},
        {"https://business-api.tiktok.com", " a.example ,, tiktok.com ", true},
        {"https://business-api.tiktok.com", "business-api.tiktok.com:443", true},
        {"https://business-api.tiktok.com", "tiktok.com:8443", false},
        {"https://business-api.tiktok.com:8443", "tiktok.com:8443", true},
        {"https://business-api.tiktok.com", "tiktok.com:", false},
        {"https://business-api.tiktok.com", "api.tiktok.com", false},
        {"https://business-api.tiktok.com", "iktok.com", false},
        {"https://business-api.tiktok.com", "com", true},
        {"https://business-api.tiktok.com", ".", false},
        {"https://business-api.tiktok.com", "www.business-api.tiktok.com", false},
        {"https://tiktok.com", ".tiktok.com", true},
        {"https://192.0.2.7", "192.0.2.7", true},
        {"https://192.0.2.7", "192.0.2.7:443", true},
        {"https://192.0.2.7", "192.0.2.7:80", false},
        {"https://192.0.2.7", "192.0.2.0/24", true},
        {"https://192.0.2.7", "192.0.2.9/24", true},
        {"https://192.0.3.7", "192.0.2.0/24", false},
        {"https://192.0.2.7", "0.0.0.0/0", true},
        {"https://192.0.2.7", "2.7", false},
        {"https://192.0.2.7", "2001:db8::/32", false},
        {"https://192.0.2.7", "192.0.2.0/33", false},
        {"https://192.0.2.7", "192.0.2.0/", false},
        {"https://[2001:db8::7]", "2001:db8::7", true},
        {"https://[2001:db8::7]", "[2001:db8::7]", true},
        {"https://[2001:db8::7]", "2001:db8:0:0:0:0:0:7", true},
        {"https://[2001:db8::7]", "[2001:db8::7]:443", true},
        {"https://[2001:db8::7]", "[2001:db8::7]:80", false},
        {"https://[2001:db8::7]", "2001:DB8::/32", true},
        {"https://[2001:db9::7]", "2001:db8::/32", false},
        {"https://[::ffff:192.0.2.7]", "192.0.2.0/24", true},
        {"https://business-api.tiktok.com", "192.0.2.0/24", false},
        {"https://localhost", "", true},
        {"https://localhost.", "", true},
        {"https://127.3.2.1", "", true},
        {"https://[::1]", "", true},
        {"https://localhost.example", "", false},
    }));
    CAPTURE(each.upstream, each.list);
    const auto upstream = net::parse_endpoint(each.upstream);
    REQUIRE(upstream);
    CHECK(net::is_exempt(*upstream, each.list) == each.exempt);
}

namespace {

// A variable of the environment for the time of a test.
class variable {
  public:
    variable(const char* name, const std::optional<std::string>& value) : name_(name) {
        if (const auto* const was = std::getenv(name)) {
            was_ = was;
        }
        set(value);
    }
    ~variable() { set(was_); }
    variable(const variable&) = delete;
    variable& operator=(const variable&) = delete;

  private:
    void set(const std::optional<std::string>& value) {
        value ? setenv(name_, value->c_str(), 1) : unsetenv(name_);
    }
    const char* name_;
    std::optional<std::string> was_;
};

} // namespace

TEST_CASE("proxy: in the environment the lower case goes first, and an empty variable is none") {
    using value = std::optional<std::string>;
    const auto [lower, upper, read] = GENERATE(
        table<value, value, std::string>({{value("http://a"), value("http://b"), "http://a"},
                                          {value(), value("http://b"), "http://b"},
                                          {value(""), value("http://b"), "http://b"},
                                          {value("http://a"), value(), "http://a"},
                                          {value(), value(), ""}}));
    const variable one("https_proxy", lower);
    const variable two("HTTPS_PROXY", upper);
    const variable three("no_proxy", lower);
    const variable four("NO_PROXY", upper);
    const auto environment = net::proxy_environment::read();
    CHECK(environment.https_proxy == read);
    CHECK(environment.no_proxy == read);
}
