// A test event whose personal data comes from standard input.

#include "captured.hpp"
#include "commands.hpp"

#include <gatepost/app/cli.hpp>

#include <catch2/catch.hpp>

#include <fstream>
#include <support/scripted_upstream.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using Catch::Contains;

namespace {

// Digests by sha256sum of alice_abc@gmail.com, +12133734253 and user_1.
const std::string address = "848a771458438fc2ec420560d769fb9b9b86851ee338ec56517baabd79d3bb4f";
const std::string number = "9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd";
const std::string customer = "79b0aa0042b3c05617c378046a6553ec2cd81e9995959a6012f9b497a18ec82b";

test::ran send_test(const test::scripted_upstream& to, app::test_event_arguments given,
                    const std::string& input) {
    const test::temporary_directory directory;
    given.config_file = directory.file("gatepost.yaml");
    given.test_event_code = "TEST1";
    std::ofstream(directory.file("token")) << "t";
    std::ofstream(given.config_file)
        << "pixels: [{id: P, access_token_file: " << directory.file("token") << "}]\n"
        << "relay: {endpoint: '" << to.url() << "'}\n";
    return test::captured([&] { return app::send_test(given); }, input);
}

} // namespace

TEST_CASE("send-test: each - takes a line of standard input, in one order") {
    const test::scripted_upstream upstream({{.sends = test::ok_answer()}});
    const auto sent = send_test(
        upstream, {.email = "-", .phone = "-", .external_id = "-", .ttclid = "-", .ip = "-"},
        "alice_abc@gmail.com\n+12133734253\nuser_1\nE.C.P.click\n198.51.100.7\n");
    CHECK(sent.code == app::done);
    for (const auto& part :
         {address, number, customer, std::string("E.C.P.click"), std::string("198.51.100.7")}) {
        CHECK_THAT(sent.out, Contains(part));
    }
}

TEST_CASE("send-test: what is given stays, and only - is read") {
    const test::scripted_upstream upstream({{.sends = test::ok_answer()}});
    const auto sent = send_test(upstream, {.email = "alice_abc@gmail.com", .external_id = "-"},
                                "user_1\nnobody reads this\n");
    CHECK(sent.code == app::done);
    CHECK_THAT(sent.out, Contains(address) && Contains(customer));
}

TEST_CASE("send-test: what the other end wrote cannot move the cursor") {
    const test::scripted_upstream upstream(
        {{.sends = test::answer_bytes(200, R"({"code":40002,"message":"\u001b]0;x\u0007\u202e",)"
                                           R"("request_id":"\u009b31m"})")}});
    const auto sent = send_test(upstream, {.email = "alice_abc@gmail.com"}, "");
    CHECK(sent.code == app::failed);
    CHECK_THAT(sent.out, Contains("message ?]0;x??\n") && !Contains("\x1b") && !Contains("\x07") &&
                             !Contains("\xc2\x9b"));
}

TEST_CASE("send-test: nothing is sent when standard input has too few lines") {
    const test::scripted_upstream upstream;
    const auto refused = send_test(upstream, {.email = "-", .phone = "-"}, "alice@example.com\n");
    CHECK(refused.code == app::wrong_usage);
    CHECK(refused.err == "gatepost: standard input has no line for every -\n");
    CHECK(upstream.received().empty());
}
