// `gatepost send-test`, the real program against the sandbox.

#include "json_line.hpp"
#include "stage.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <support/child_process.hpp>
#include <support/sidecar.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using strings = std::vector<std::string>;

struct said {
    int code = -1;
    std::string out;
    std::string err;
};

class bench {
  public:
    bench() : upstream_(program_under_test(), directory_.path()) {}

    sandbox_process& upstream() { return upstream_; }

    // With these pixels, as YAML in brackets.
    said send(const std::string& pixels, const strings& arguments, const std::string& url = "") {
        std::ofstream(directory_.file("test.yaml"))
            << "pixels: [" << pixels << "]\nrelay: {endpoint: \""
            << (url.empty() ? upstream_.url() : url) << "\", ca_file: " << upstream_.ca_file()
            << "}\nspool: {path: " << directory_.file("spool") << "}\n";
        // The output is what is looked at: a shell keeps it in files.
        std::string command =
            "exec " + program_under_test() + " send-test --config " + directory_.file("test.yaml");
        for (const auto& word : arguments) {
            command += " '" + word + "'";
        }
        command += " > " + directory_.file("out") + " 2> " + directory_.file("err");
        child_process shell({"/bin/sh", "-c", command}, directory_.file("shell"),
                            {{"TEST_ACCESS_TOKEN", access_token}});
        said result{.code = shell.wait()};
        result.out = read_file(directory_.file("out"));
        result.err = read_file(directory_.file("err"));
        return result;
    }
    bool made_a_spool() const { return std::filesystem::exists(directory_.file("spool")); }

  private:
    temporary_directory directory_;
    sandbox_process upstream_;
};

std::string pixel_yaml(const std::string& more = "", const std::string& id = pixel_code) {
    return "{id: " + id + ", access_token_env: TEST_ACCESS_TOKEN" +
           (more.empty() ? "" : ", " + more) + "}";
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("send-test: one event arrives under its test code, and the answer is shown") {
    bench at;
    const auto sent =
        at.send(pixel_yaml(), {"--test-event-code", "TEST123", "--email", " Alice@Example.com"});
    INFO(sent.out << sent.err);
    CHECK(sent.code == 0);
    const auto shown = at.upstream().events();
    const auto events = shown.root().find("events");
    REQUIRE(events.size() == 1);
    CHECK(events.at(0).find("test_event_code").text() == "TEST123");
    CHECK(events.at(0).find("event_source_id").text() == pixel_code);
    const auto event = events.at(0).find("event");
    CHECK(event.find("event").text() == "ViewContent");
    CHECK_FALSE(event.find("user").find("ip").text().empty());
    CHECK_FALSE(event.find("user").find("user_agent").text().empty());
    // printf alice@example.com | sha256sum
    CHECK(holds(sent.out, "ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976"));
    CHECK(holds(sent.out, at.upstream().url() + "/open_api/v1.3/event/track/"));
    CHECK(holds(sent.out, "HTTP 200\ncode 0\n"));
    CHECK(holds(sent.out, "request_id "));
    CHECK_FALSE(holds(sent.out + sent.err, access_token));
    CHECK_FALSE(holds(sent.out + sent.err, "Alice"));
    CHECK_FALSE(at.made_a_spool());
}

TEST_CASE("send-test: without a test code nothing is sent") {
    bench at;
    const auto refused = at.send(pixel_yaml(), {});
    CHECK(refused.code == 64);
    CHECK(holds(refused.err, "--test-event-code"));
    CHECK(at.upstream().events().root().find("requests").integer() == 0);
    CHECK(at.send(pixel_yaml("test_event_code: TEST9"), {}).code == 0);
    const auto shown = at.upstream().events();
    CHECK(shown.root().find("events").at(0).find("test_event_code").text() == "TEST9");
}

TEST_CASE("send-test: what TikTok refuses is said with its code and what it means") {
    bench at;
    for (const auto* const code : {"40001", "40105", "40002", "50000"}) {
        INFO(code);
        at.upstream().control(std::string(R"({"count":1,"code":)") + code + "}");
        const auto sent = at.send(pixel_yaml(), {"--test-event-code", "TEST1"});
        CHECK(sent.code == 1);
        CHECK(holds(sent.out, std::string("code ") + code + "\n"));
        CHECK_FALSE(holds(sent.out + sent.err, access_token));
    }
    const auto silent = at.send(pixel_yaml(), {"--test-event-code", "TEST1"}, "http://127.0.0.1:1");
    CHECK(silent.code == 1);
    CHECK(holds(silent.out, "no answer: connect: "));
}

TEST_CASE("send-test: several pixels, sources that need more, a broken configuration") {
    bench at;
    const auto two = pixel_yaml("", "C1") + ", " + pixel_yaml("", "C2");
    const auto which = at.send(two, {"--test-event-code", "TEST1"});
    CHECK(which.code == 64);
    CHECK(holds(which.err, "C1, C2"));
    CHECK(at.send(two, {"--test-event-code", "TEST1", "--pixel", "C3"}).code == 64);
    CHECK(at.send(two, {"--test-event-code", "TEST1", "--pixel", "C2"}).code == 0);

    struct kind {
        const char* source;
        strings needed;
    };
    const std::vector<kind> table{{"app", {"--app-id", "7123"}},
                                  {"offline", {"--phone", "+12133734253"}},
                                  {"crm", {"--lead-id", "99"}}};
    for (const auto& [source, needed] : table) {
        INFO(source);
        const auto pixel = pixel_yaml(std::string("source: ") + source);
        strings arguments{"--test-event-code", "TEST1"};
        const auto lacking = at.send(pixel, arguments);
        CHECK(lacking.code == 64);
        CHECK(holds(lacking.err, needed.front()));
        arguments.insert(arguments.end(), needed.begin(), needed.end());
        const auto sent = at.send(pixel, arguments);
        INFO(sent.out << sent.err);
        CHECK(sent.code == 0);
        CHECK(holds(sent.out, std::string(R"("event_source":")") + source + '"'));
    }
    CHECK(at.send("{id: C1}, {id: C1}", {"--test-event-code", "TEST1"}).code == 78);
}
