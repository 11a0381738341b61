// The tokens that applications and operators show: the real program, with files that are replaced
// while it runs.

#include "alice_and_bob.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto first_token = "the-first-token-of-the-shop";
constexpr auto second_token = "the-second-token-of-the-shop";
constexpr auto operators_token = "the-token-of-the-operators";

// As editors and Kubernetes do it: never half a file.
void write(const std::filesystem::path& file, const std::string& text) {
    const auto fresh = file.string() + ".new";
    std::ofstream(fresh) << text << '\n';
    std::filesystem::rename(fresh, file);
}

int status_with(const std::string& listener, const std::string& target, const std::string& token) {
    http_connection fresh(listener);
    const http_connection::headers shown =
        token.empty() ? http_connection::headers{}
                      : http_connection::headers{{"Authorization", "Bearer " + token}};
    return target == "/v1/events" ? fresh.post(target, "[]", shown).status
                                  : fresh.request("GET", target, shown, "").status;
}

struct guarded_shop {
    guarded_shop() {
        write(shop, first_token);
        write(operators, operators_token);
    }
    temporary_directory directory;
    std::string shop = directory.file("shop.token");
    std::string operators = directory.file("operators.token");
    std::string sections() const {
        return "auth: {token_file: " + shop +
               "}\nadmin: {http: 127.0.0.1:0, token_file: " + operators + "}";
    }
};

} // namespace

TEST_CASE("client tokens: a file that is replaced is obeyed at once, old and new beside each other "
          "when it holds both") {
    const guarded_shop files;
    stage at({.more = files.sections()});
    const auto ingest = [&](const std::string& token) {
        return status_with(at.gatepost().ingest(), "/v1/events", token);
    };
    // An empty list is refused as one, by whoever may speak.
    REQUIRE(ingest(first_token) == 422);
    REQUIRE(ingest(second_token) == 401);
    REQUIRE(ingest("") == 401);

    write(files.shop, std::string(second_token) + "\n" + first_token);
    CHECK(eventually([&] { return ingest(second_token) == 422; }));
    CHECK(ingest(first_token) == 422);

    write(files.shop, second_token);
    CHECK(eventually([&] { return ingest(first_token) == 401; }));
    CHECK(ingest(second_token) == 422);

    // A file that holds none changes nothing.
    write(files.shop, "");
    CHECK(eventually([&] {
        return read_file(at.gatepost().log_file()).find("auth.token_file") != std::string::npos;
    }));
    CHECK(ingest(second_token) == 422);
    CHECK(ingest("") == 401);
}

TEST_CASE(
    "client tokens: the shop's token opens nothing of the operators', nor theirs the shop's") {
    const guarded_shop files;
    stage at({.more = files.sections()});
    const auto& admin = at.gatepost().admin();
    CHECK(status_with(admin, "/v1/status", operators_token) == 200);
    CHECK(status_with(admin, "/v1/status", first_token) == 401);
    CHECK(status_with(admin, "/v1/status", "") == 401);
    CHECK(status_with(admin, "/metrics", "") == 401);
    CHECK(status_with(admin, "/healthz", "") == 200);
    CHECK(status_with(at.gatepost().ingest(), "/v1/events", operators_token) == 401);

    write(files.operators, second_token);
    CHECK(eventually([&] { return status_with(admin, "/v1/status", second_token) == 200; }));
    CHECK(status_with(admin, "/v1/status", operators_token) == 401);
    CHECK(status_with(at.gatepost().ingest(), "/v1/events", first_token) == 422);
}
