// Who the visitor is: what the event says, and what the request that carried it says.

#include "trial.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;
using consent::rule;
using ingest::outcome;

namespace {

ingest::caller with_cookie(std::string cookie) {
    ingest::caller by;
    by.cookie = std::move(cookie);
    return by;
}

ingest::caller with_header(std::string_view name, std::string_view value) {
    ingest::caller by;
    by.headers = {{name, value}};
    return by;
}

const std::string lone = R"({"event":"a","event_id":"1","visitor":{"country":"DE"}})";
const std::string granted_in_body =
    R"({"event":"a","event_id":"2","visitor":{"country":"DE"},"consent":{"marketing":"granted"}})";

} // namespace

TEST_CASE("visitor: for an event that comes alone the request's cookie and headers speak") {
    trial subject;
    const auto body =
        GENERATE_COPY(as<std::string>(), lone, "[" + lone + "]", R"({"events":[)" + lone + "]}");
    CAPTURE(body);
    const auto by_cookie = subject.judge(body, with_cookie(consent_cookie('1')));
    CHECK(by_cookie.verdicts[0].outcome == outcome::queued);
    CHECK(by_cookie.verdicts[0].decision->source == "cookie:gatepost_consent");
    const auto by_header = subject.judge(body, with_header("X-Consent-Marketing", "granted"));
    CHECK(by_header.verdicts[0].outcome == outcome::queued);
    CHECK(by_header.verdicts[0].decision->source == "header:x-consent-marketing");
    CHECK(subject.judge(body).verdicts[0].decision->rule == rule::opt_in_default);
}

TEST_CASE("visitor: of a header that comes twice every copy counts") {
    trial subject;
    ingest::caller by;
    by.headers = {{"X-Consent-Marketing", "granted"}, {"x-consent-marketing", "denied"}};
    CHECK(subject.judge(lone, by).verdicts[0].decision->rule == rule::explicit_denial);
    const std::string in_us = R"({"event":"a","event_id":"1","visitor":{"country":"US"}})";
    by.headers = {{"Sec-GPC", "0"}, {"Sec-GPC", "1"}};
    CHECK(subject.judge(in_us, by).verdicts[0].decision->rule == rule::opt_out_signal);
    by.headers = {{"Sec-GPC", "0, 1"}}; // as frameworks join them
    CHECK(subject.judge(in_us, by).verdicts[0].decision->rule == rule::opt_out_signal);
    by.headers = {{"Sec-GPC", "0"}};
    CHECK(subject.judge(in_us, by).verdicts[0].outcome == outcome::queued);
}

TEST_CASE("visitor: headers named as in the environments of PHP and WSGI are read as headers") {
    trial subject;
    const auto rule_of = [&subject](const std::string& country, const std::string& headers) {
        return subject
            .judge(R"({"event":"a","event_id":"1","visitor":{"country":")" + country +
                   R"(","headers":{)" + headers + "}}}")
            .verdicts[0]
            .decision->rule;
    };
    REQUIRE(rule_of("US", R"("other":"1")") == rule::opt_out_default);
    for (const std::string name : {"HTTP_SEC_GPC", "http_sec_gpc", "sec_gpc", "HTTP_SEC-GPC"}) {
        CAPTURE(name);
        CHECK(rule_of("US", "\"" + name + "\":\"1\"") == rule::opt_out_signal);
    }
    CHECK(rule_of("US", R"("HTTP_COOKIE":"usprivacy=1YYN")") == rule::opt_out_signal);
    CHECK(rule_of("DE", R"("HTTP_X_CONSENT_MARKETING":"denied","HTTP_":"","_":"")") ==
          rule::explicit_denial);
    CHECK(rule_of("US", R"("SERVER_SEC_GPC":"1","sec__gpc":"1")") == rule::opt_out_default);
}

TEST_CASE("visitor: in a list the request's grant is nobody's") {
    trial subject;
    const auto by = GENERATE_COPY(with_cookie(consent_cookie('1')),
                                  with_header("X-Consent-Marketing", "granted"));
    const auto judged = subject.judge("[" + lone + "," + lone + "]", by);
    for (const auto& each : judged.verdicts) {
        CHECK(each.outcome == outcome::dropped);
        CHECK(each.decision->rule == rule::opt_in_default);
    }
    CHECK(judged.records.empty());
}

TEST_CASE("visitor: in a list the request's denial is everybody's, over their own grants") {
    trial subject;
    const auto by = GENERATE_COPY(with_cookie(consent_cookie('0')),
                                  with_header("X-Consent-Marketing", "denied"));
    const auto judged = subject.judge("[" + lone + "," + granted_in_body + "]", by);
    for (const auto& each : judged.verdicts) {
        CHECK(each.outcome == outcome::dropped);
        CHECK(each.decision->rule == rule::explicit_denial);
    }
}

TEST_CASE("visitor: in a list the request's GPC is everybody's") {
    trial subject;
    const std::string in_us = R"({"event":"a","event_id":"3","visitor":{"country":"US"}})";
    const std::string list = "[" + in_us + "," + lone + "]";
    CHECK(subject.judge(list).verdicts[0].outcome == outcome::queued);
    const auto judged = subject.judge(list, with_header("Sec-GPC", "1"));
    for (const auto& each : judged.verdicts) {
        CHECK(each.outcome == outcome::dropped);
        CHECK(each.decision->rule == rule::opt_out_signal);
    }
}

TEST_CASE("visitor: an invalid event beside it does not make an event come alone") {
    trial subject;
    const auto judged =
        subject.judge("[" + lone + R"(,{"event":7}])", with_cookie(consent_cookie('1')));
    CHECK(judged.verdicts[0].outcome == outcome::dropped);
    CHECK(judged.verdicts[1].outcome == outcome::rejected);
}

TEST_CASE("visitor: what the event says of its visitor comes before the request, per field") {
    trial subject;
    const std::string with_own_cookie =
        R"({"event":"a","event_id":"1","visitor":{"country":"DE","cookie":")" +
        consent_cookie('1') + R"("}})";
    // The request is that of somebody else, such as a worker behind the shop.
    CHECK(subject.judge(with_own_cookie, with_cookie(consent_cookie('0'))).verdicts[0].outcome ==
          outcome::queued);
    // Headers are completed one by one.
    const std::string with_own_header =
        R"({"event":"a","event_id":"1","visitor":{"country":"DE",
            "headers":{"x-consent-MARKETING":"granted"}}})";
    CHECK(subject.judge(with_own_header, with_header("X-Consent-Marketing", "denied"))
              .verdicts[0]
              .outcome == outcome::queued);
    auto both = with_header("X-Consent-Marketing", "granted");
    both.cookie = consent_cookie('0');
    CHECK(subject.judge(with_own_header, both).verdicts[0].decision->rule == rule::explicit_denial);
}

TEST_CASE(
    "visitor: address and user agent are the visitor's, else the user's, else the request's") {
    trial subject;
    ingest::caller by;
    by.address = "198.51.100.3";
    by.user_agent = "request";
    const std::string grant = R"("consent":{"marketing":"granted"},"event":"a","event_id":"1")";
    const auto [event, ip, agent] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"{" + grant + "}", "198.51.100.3", "request"},
        {R"({"user":{"ip":"198.51.100.2"},)" + grant + "}", "198.51.100.2", "request"},
        {R"({"visitor":{"ip":"198.51.100.1","user_agent":"visitor"},
             "user":{"ip":"198.51.100.2","user_agent":"user"},)" +
             grant + "}",
         "198.51.100.1", "visitor"},
    }));
    CHECK(user_of(subject.judge(event, by)) ==
          R"({"ip":")" + ip + R"(","user_agent":")" + agent + "\"}");
    // The request of a list is nobody's.
    const auto listed = subject.judge("[{" + grant + "},{" + grant + "}]", by);
    CHECK(user_of(listed) == "{}");
}

TEST_CASE("visitor: click ids come from the request's cookies for an event that comes alone") {
    trial subject;
    const auto cookies = consent_cookie('1') + "; _ttp=abc; ttclid=E.C.P.1";
    CHECK(user_of(subject.judge(R"({"event":"a","event_id":"1"})", with_cookie(cookies))) ==
          R"({"ttclid":"E.C.P.1","ttp":"abc"})");
}

TEST_CASE("visitor: an empty cookie is one that was given: the visitor has none") {
    trial subject;
    const auto judged =
        subject.judge(R"({"event":"a","event_id":"1","visitor":{"cookie":"","country":"DE"}})",
                      with_cookie(consent_cookie('1')));
    CHECK(judged.verdicts[0].decision->rule == rule::opt_in_default);
}

TEST_CASE("visitor: a Cookie among the visitor's headers is read, and outweighs the request's") {
    trial subject;
    const auto posted = [](char verdict) {
        return R"({"event":"a","event_id":"1","visitor":{"country":"DE","headers":{"cookie":")" +
               consent_cookie(verdict) + R"("}}})";
    };
    CHECK(subject.judge(posted('1'), with_cookie(consent_cookie('0'))).verdicts[0].outcome ==
          outcome::queued);
    CHECK(subject.judge(posted('0'), with_cookie(consent_cookie('1'))).verdicts[0].decision->rule ==
          rule::explicit_denial);
}

TEST_CASE("visitor: what TikTok would refuse a batch for is left out, with a warning") {
    trial subject;
    const auto ip = GENERATE(as<std::string>(), "localhost", "203.0.113.10:80", "[::1]",
                             "fe80::1%eth0", "203.0.113", "SECRET");
    const auto judged = subject.judge(
        R"({"event":"a","event_id":"1","consent":{"marketing":"granted"},"visitor":{"ip":")" + ip +
        R"("}})");
    CHECK(user_of(judged) == "{}");
    CHECK(judged.warnings ==
          std::vector<std::string>{"/events/0/visitor/ip: no IP address; left out"});

    ingest::caller by;
    by.user_agent = "Mozilla/5.0 \xff";
    const auto not_utf8 =
        subject.judge(R"({"event":"a","event_id":"1","consent":{"marketing":"granted"}})", by);
    CHECK(user_of(not_utf8) == "{}");
    CHECK(not_utf8.warnings.size() == 1);
}

TEST_CASE("visitor: a user agent that says nothing is none") {
    trial subject;
    const auto agent = GENERATE(as<std::string>(), " ", "undefined", "null");
    CHECK(
        user_of(subject.judge(
            R"({"event":"a","event_id":"1","consent":{"marketing":"granted"},"visitor":{"user_agent":")" +
            agent + R"("}})")) == "{}");
}

TEST_CASE("visitor: an att_status that says nothing is no signal, another word is one") {
    trial subject;
    const auto judged = [&](const std::string& status) {
        return subject
            .judge(
                R"({"event":"a","event_id":"1","visitor":{"country":"US"},"user":{"att_status":")" +
                status + R"("}})")
            .verdicts.front()
            .decision->rule;
    };
    CHECK(judged("undefined") == consent::rule::opt_out_default);
    CHECK(judged("NOT_DETERMINED") == consent::rule::opt_out_default);
    CHECK(judged("2") == consent::rule::unreadable);
}

TEST_CASE("visitor: sections of GPP that cannot be read are not passed over") {
    trial subject;
    const auto judged = subject.judge(
        R"({"event":"a","event_id":"1","visitor":{"country":"US"},"consent":{"gpp_sid":"7"}})");
    CHECK(judged.verdicts[0].decision->rule == rule::unreadable);
    CHECK(judged.verdicts[0].decision->source == "body:consent.gpp_sid");
}
