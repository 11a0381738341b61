// Every field of every US section that decides something, on its own.

#include "formats/gpp.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using consent::state;

namespace {

enum class mark { none, child, gpc };
using enum mark;

struct recorded {
    std::string_view section;
    std::string_view text;
    state us;
    mark also;
};

// Encoded with @iabgpp/cmpapi 3.2.0. For each section: nothing opted out of; each opt-out on its
// own; a KnownChild field, the first and the last; GPC; and every other field that takes a value.
constexpr recorded samples[] = {
    {"usnat", "DBABLA~CAAqAAAAAABA", state::implied, none},
    {"usnat", "DBABLA~CAAaAAAAAABA", state::denied, none},
    {"usnat", "DBABLA~CAAmAAAAAABA", state::denied, none},
    {"usnat", "DBABLA~CAApAAAAAABA", state::denied, none},
    {"usnat", "DBABLA~CAAqAAAAAEBA", state::implied, child},
    {"usnat", "DBABLA~CAAqAAAAAAhA", state::implied, child},
    {"usnat", "DBABLA~CAAqAAAAAABA.YA", state::implied, gpc},
    {"usnat", "DBABLA~CAAqVVVVVQFU", state::implied, none},
    {"usca", "DBABBg~BAoAAABA", state::implied, none},
    {"usca", "DBABBg~BAYAAABA", state::denied, none},
    {"usca", "DBABBg~BAkAAABA", state::denied, none},
    {"usca", "DBABBg~BAoAABBA", state::implied, child},
    {"usca", "DBABBg~BAoAAAhA", state::implied, child},
    {"usca", "DBABBg~BAoAAABA.YA", state::implied, gpc},
    {"usca", "DBABBg~BApVVUFU", state::implied, none},
    {"usva", "DBABRg~BAoAABA", state::implied, none},
    {"usva", "DBABRg~BAYAABA", state::denied, none},
    {"usva", "DBABRg~BAkAABA", state::denied, none},
    {"usva", "DBABRg~BAoAAFA", state::implied, child},
    {"usva", "DBABRg~BApVVRU", state::implied, none},
    {"usco", "DBABJg~BAoAAEA", state::implied, none},
    {"usco", "DBABJg~BAYAAEA", state::denied, none},
    {"usco", "DBABJg~BAkAAEA", state::denied, none},
    {"usco", "DBABJg~BAoAAUA", state::implied, child},
    {"usco", "DBABJg~BAoAAEA.YA", state::implied, gpc},
    {"usco", "DBABJg~BApVVFQ", state::implied, none},
    {"usut", "DBABFg~BAKAAAQA", state::implied, none},
    {"usut", "DBABFg~BAGAAAQA", state::denied, none},
    {"usut", "DBABFg~BAJAAAQA", state::denied, none},
    {"usut", "DBABFg~BAKAABQA", state::implied, child},
    {"usut", "DBABFg~BAKVVUVA", state::implied, none},
    {"usct", "DBABVg~BAoAAAEA", state::implied, none},
    {"usct", "DBABVg~BAYAAAEA", state::denied, none},
    {"usct", "DBABVg~BAkAAAEA", state::denied, none},
    {"usct", "DBABVg~BAoAAEEA", state::implied, child},
    {"usct", "DBABVg~BAoAAAkA", state::implied, child},
    {"usct", "DBABVg~BAoAAAEA.YA", state::implied, gpc},
    {"usct", "DBABVg~BApVVQFQ", state::implied, none},
    {"usfl", "DBABAw~BAoAAABA", state::implied, none},
    {"usfl", "DBABAw~BAYAAABA", state::denied, none},
    {"usfl", "DBABAw~BAkAAABA", state::denied, none},
    {"usfl", "DBABAw~BAoAAEBA", state::implied, child},
    {"usfl", "DBABAw~BAoAAAhA", state::implied, child},
    {"usfl", "DBABAw~BApVVQFU", state::implied, none},
    {"usmt", "DBABQw~BAoAAABA", state::implied, none},
    {"usmt", "DBABQw~BAYAAABA", state::denied, none},
    {"usmt", "DBABQw~BAkAAABA", state::denied, none},
    {"usmt", "DBABQw~BAoAAEBA", state::implied, child},
    {"usmt", "DBABQw~BAoAAAhA", state::implied, child},
    {"usmt", "DBABQw~BAoAAABA.YA", state::implied, gpc},
    {"usmt", "DBABQw~BApVVQFU", state::implied, none},
    {"usor", "DBABIw~BAoAAAABAA", state::implied, none},
    {"usor", "DBABIw~BAYAAAABAA", state::denied, none},
    {"usor", "DBABIw~BAkAAAABAA", state::denied, none},
    {"usor", "DBABIw~BAoAAAEBAA", state::implied, child},
    {"usor", "DBABIw~BAoAAAAhAA", state::implied, child},
    {"usor", "DBABIw~BAoAAAABAA.YA", state::implied, gpc},
    {"usor", "DBABIw~BApVVVQFUA", state::implied, none},
    {"ustx", "DBABEw~BAoAAAQA", state::implied, none},
    {"ustx", "DBABEw~BAYAAAQA", state::denied, none},
    {"ustx", "DBABEw~BAkAAAQA", state::denied, none},
    {"ustx", "DBABEw~BAoAAEQA", state::implied, child},
    {"ustx", "DBABEw~BAoAAAQA.YA", state::implied, gpc},
    {"ustx", "DBABEw~BApVVRVA", state::implied, none},
    {"usde", "DBABUw~BAoAAAABAA", state::implied, none},
    {"usde", "DBABUw~BAYAAAABAA", state::denied, none},
    {"usde", "DBABUw~BAkAAAABAA", state::denied, none},
    {"usde", "DBABUw~BAoAABABAA", state::implied, child},
    {"usde", "DBABUw~BAoAAAAhAA", state::implied, child},
    {"usde", "DBABUw~BAoAAAABAA.YA", state::implied, gpc},
    {"usde", "DBABUw~BApVVUAFUA", state::implied, none},
    {"usia", "DBABCw~BAKAAAQA", state::implied, none},
    {"usia", "DBABCw~BAGAAAQA", state::denied, none},
    {"usia", "DBABCw~BAJAAAQA", state::denied, none},
    {"usia", "DBABCw~BAKAABQA", state::implied, child},
    {"usia", "DBABCw~BAKAAAQA.YA", state::implied, gpc},
    {"usia", "DBABCw~BAKVVUVA", state::implied, none},
    {"usne", "DBABSw~BAoAAAQA", state::implied, none},
    {"usne", "DBABSw~BAYAAAQA", state::denied, none},
    {"usne", "DBABSw~BAkAAAQA", state::denied, none},
    {"usne", "DBABSw~BAoAAEQA", state::implied, child},
    {"usne", "DBABSw~BAoAAAQA.YA", state::implied, gpc},
    {"usne", "DBABSw~BApVVRVA", state::implied, none},
    {"usnh", "DBABKw~BAoAAABA", state::implied, none},
    {"usnh", "DBABKw~BAYAAABA", state::denied, none},
    {"usnh", "DBABKw~BAkAAABA", state::denied, none},
    {"usnh", "DBABKw~BAoAAEBA", state::implied, child},
    {"usnh", "DBABKw~BAoAAAhA", state::implied, child},
    {"usnh", "DBABKw~BAoAAABA.YA", state::implied, gpc},
    {"usnh", "DBABKw~BApVVQFU", state::implied, none},
    {"usnj", "DBABAYA~BAoAAAAAQA", state::implied, none},
    {"usnj", "DBABAYA~BAYAAAAAQA", state::denied, none},
    {"usnj", "DBABAYA~BAkAAAAAQA", state::denied, none},
    {"usnj", "DBABAYA~BAoAAAQAQA", state::implied, child},
    {"usnj", "DBABAYA~BAoAAAAIQA", state::implied, child},
    {"usnj", "DBABAYA~BAoAAAAAQA.YA", state::implied, gpc},
    {"usnj", "DBABAYA~BApVVVABVA", state::implied, none},
    {"ustn", "DBABQYA~BAoAAAQA", state::implied, none},
    {"ustn", "DBABQYA~BAYAAAQA", state::denied, none},
    {"ustn", "DBABQYA~BAkAAAQA", state::denied, none},
    {"ustn", "DBABQYA~BAoAAEQA", state::implied, child},
    {"ustn", "DBABQYA~BAoAAAQA.YA", state::implied, gpc},
    {"ustn", "DBABQYA~BApVVRVA", state::implied, none},
    {"usmn", "DBABIYA~BAoAAAQA", state::implied, none},
    {"usmn", "DBABIYA~BAYAAAQA", state::denied, none},
    {"usmn", "DBABIYA~BAkAAAQA", state::denied, none},
    {"usmn", "DBABIYA~BAoAAEQA", state::implied, child},
    {"usmn", "DBABIYA~BAoAAAQA.YA", state::implied, gpc},
    {"usmn", "DBABIYA~BApVVRVA", state::implied, none},
    {"usmd", "DBABEYA~BQCg", state::implied, none},
    {"usmd", "DBABEYA~BQBg", state::denied, none},
    {"usmd", "DBABEYA~BQCQ", state::denied, none},
    {"usmd", "DBABEYA~BQCg.YA", state::implied, gpc},
    {"usmd", "DBABEYA~BUCk", state::implied, none},
    {"usin", "DBABUYA~BQCg", state::implied, none},
    {"usin", "DBABUYA~BQBg", state::denied, none},
    {"usin", "DBABUYA~BQCQ", state::denied, none},
    {"usin", "DBABUYA~BQCk", state::implied, child},
    {"usin", "DBABUYA~BUCh.VVU", state::implied, none},
    {"usky", "DBABCYA~BQCg", state::implied, none},
    {"usky", "DBABCYA~BQBg", state::denied, none},
    {"usky", "DBABCYA~BQCQ", state::denied, none},
    {"usky", "DBABCYA~BQCk", state::implied, child},
    {"usky", "DBABCYA~BUCh.VVU", state::implied, none},
    {"usri", "DBABSYA~BQCg", state::implied, none},
    {"usri", "DBABSYA~BQBg", state::denied, none},
    {"usri", "DBABSYA~BQCQ", state::denied, none},
    {"usri", "DBABSYA~BQCk", state::implied, child},
    {"usri", "DBABSYA~BUCh.VVU", state::implied, none},
    // Version 1 of the national section, which is shorter.
    {"usnat", "DBABLA~BAAgAAAAAQA", state::implied, none},
    {"usnat", "DBABLA~BAAhAAAAAQA", state::denied, none},
    {"usnat", "DBABLA~BAAgAAAAEQA", state::implied, child},
};

} // namespace

TEST_CASE("gpp: each opt-out, child and GPC field of each US section is found where it is") {
    for (const auto& [section, text, us, also] : samples) {
        CAPTURE(section, text);
        const auto said = consent::read_gpp(text, std::nullopt, {});
        REQUIRE(said.us);
        CHECK(said.us->state == us);
        CHECK(said.us->us_opt_out == (us == state::denied));
        CHECK(said.known_child == (also == child));
        CHECK(said.gpc == (also == gpc));
        CHECK_FALSE(said.tcf);
    }
}

TEST_CASE(
    "gpp: a US section that lost its last character is unreadable, the rest not taken for it") {
    for (const auto& [section, text, us, also] : samples) {
        const auto cut = text.substr(0, text.size() - 1);
        // Ten characters hold the whole of the short national section, and some encoders stop
        // there.
        if (cut.size() == std::string_view("DBABLA~").size() + 10 && section == "usnat") {
            continue;
        }
        CAPTURE(section, cut);
        const auto said = consent::read_gpp(cut, std::nullopt, {});
        REQUIRE(said.us);
        CHECK(said.us->state == state::unreadable);
    }
}
