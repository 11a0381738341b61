#include "listener_tokens.hpp"
#include "sections.hpp"
#include "user_ids.hpp"

#include <utility>

namespace gatepost::config {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t many = 1'000'000;

std::optional<unsigned> parse_mode(std::string_view text) {
    unsigned mode = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '7') {
            return std::nullopt;
        }
        mode = mode * 8 + static_cast<unsigned>(digit - '0');
    }
    return text.empty() || mode > 0777 ? std::nullopt : std::optional(mode);
}

// One address or a list of them.
void read_addresses(section& from, const std::string& key,
                    std::vector<net::listen_address>& target) {
    if (!from.has(key)) {
        return;
    }
    const auto problems_before = from.found().size();
    std::vector<net::listen_address> read;
    const auto take = [&](const YAML::Node& item, const std::string& path) {
        const auto address =
            item.IsScalar() ? net::parse_listen_address(item.Scalar()) : std::nullopt;
        if (address) {
            read.push_back(*address);
        } else {
            from.found().push_back(
                problem_at(item, path,
                           "expected an address and a port, such as 127.0.0.1:8787 or [::1]:8787"));
        }
    };
    if (from.node(key).IsSequence()) {
        from.each_item(key, take);
    } else {
        take(from.node(key), from.path_of(key));
    }
    if (from.found().size() == problems_before) {
        target = std::move(read);
    }
}

// Off loopback whoever reaches the port could send events in the shop's name, or see who waits.
void require_token(section& from, const net::listen_address& address, bool has_token,
                   const std::string& token_key) {
    if (!address.is_loopback() && !has_token) {
        from.wrong("http", "an address off loopback needs a token: give " + token_key);
    }
}

// Of the sections `auth` and `admin`. Whether a token is asked for.
template <class Place>
bool read_tokens(section& from, config& into, secret_reading& how, Place place_of) {
    auto [tokens, file, variable] = place_of(into);
    const secret_source source(from, "token");
    file = source.file();
    variable = source.variable();
    if (source.none()) {
        return false;
    }
    std::optional<listener_tokens> former;
    if (how.running != nullptr && !file.empty()) {
        const auto [its_tokens, its_file, its_variable] = place_of(*how.running);
        if (its_file == file) {
            former = listener_tokens{its_tokens};
        }
    }
    auto read = source.read(from, how, &parse_listener_tokens, former ? &*former : nullptr);
    if (!read) {
        return true;
    }
    tokens = std::move(read->accepted);
    if (read->some_are_short) {
        how.advice.push_back(from.at(source.key(), "a token of less than 16 characters may be "
                                                   "guessed; openssl rand -hex 32 makes a good "
                                                   "one"));
    }
    return true;
}

void read_door(section& listen, ingest::options& into) {
    listen.texts("allowed_hosts", into.door.allowed_hosts);
    for (const auto& host : into.door.allowed_hosts) {
        if (!net::host_without_port(host)) {
            listen.wrong("allowed_hosts", "expected host names, such as gatepost.internal");
            break;
        }
    }
    listen.texts("allowed_origins", into.door.allowed_origins);
    for (const auto& origin : into.door.allowed_origins) {
        if (!net::parse_endpoint(origin)) {
            listen.wrong("allowed_origins", "expected origins, such as https://shop.example");
            break;
        }
    }
    listen.each_item("trusted_proxies", [&](const YAML::Node& item, const std::string& path) {
        if (!item.IsScalar() || !into.trusted_proxies.add(item.Scalar())) {
            listen.found().push_back(
                problem_at(item, path, "expected an address or a network such as 10.0.0.0/8"));
        }
    });
}

void read_listen(section& file, config& into, secret_reading& how, bool has_token) {
    auto listen = file.inside("listen");
    auto& to = into.listen;
    read_addresses(listen, "http", to.http);
    for (const auto& address : to.http) {
        require_token(listen, address, has_token, "auth.token_file");
    }
    listen.text("unix", to.unix_path);
    listen.parsed("unix_mode", to.unix_mode, &parse_mode, "permissions such as \"0660\"");
    read_user_ids(listen, "allowed_uids", into.ingest.door.allowed_uids, how.allowed);
    read_door(listen, into.ingest);
    listen.number("threads", to.threads, 1, 64);
    listen.size("max_body", to.limits.max_body, core::kibibytes(1), core::gibibytes(1));
    listen.size("max_header", to.limits.max_header, core::kibibytes(1), core::mebibytes(1));
    listen.number("max_connections", to.limits.max_connections, 1, many);
    listen.duration("request_timeout", to.limits.request_timeout, milliseconds(100));
    listen.duration("idle_timeout", to.limits.idle_timeout, milliseconds(100));
    if (to.http.empty() && to.unix_path.empty()) {
        listen.wrong("http", "nothing to listen on: give http or unix");
    }
    // A name the daemon was told to listen on is a name it may be asked by.
    for (const auto& address : to.http) {
        into.ingest.door.allowed_hosts.push_back(address.authority());
    }
}

void read_admin(section& file, config& into, secret_reading& how) {
    auto admin = file.inside("admin");
    admin.parsed("http", into.admin, &net::parse_listen_address, "an address and a port");
    const bool has_token = read_tokens(admin, into, how, operator_tokens);
    require_token(admin, into.admin, has_token, "admin.token_file");
}

// Probes and scrapes come from anywhere and show no token.
void read_metrics(section& file, config& into) {
    auto metrics = file.inside("metrics");
    std::string address;
    metrics.text("http", address);
    if (!address.empty()) {
        into.metrics = net::parse_listen_address(address);
        if (!into.metrics) {
            metrics.wrong("http", "expected an address and a port, such as 0.0.0.0:9090");
        }
    }
}

} // namespace

void read_listeners(section& file, config& into, secret_reading& how) {
    bool has_token = false;
    {
        auto auth = file.inside("auth");
        has_token = read_tokens(auth, into, how, application_tokens);
    }
    read_listen(file, into, how, has_token);
    read_admin(file, into, how);
    read_metrics(file, into);
}

} // namespace gatepost::config
