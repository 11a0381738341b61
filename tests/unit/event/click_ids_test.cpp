#include <gatepost/event/blank.hpp>
#include <gatepost/event/click_ids.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using event::find_click_ids;

namespace {

event::inbound everywhere() {
    event::inbound event;
    event.who.ttclid = "given";
    event.who.ttp = "given-ttp";
    event.where.url = "https://shop.example/?ttclid=from-url";
    event.where.referrer = "https://SHOP.example:443/?ttclid=from-referrer";
    event.from.cookie = "a=b; ttclid=from-cookie; _ttp=cookie-ttp";
    return event;
}

} // namespace

TEST_CASE("click ids: given, page, referrer, cookie, in this order") {
    auto event = everywhere();
    CHECK(find_click_ids(event).ttclid == "given");
    event.who.ttclid = GENERATE("", " ", "null", "undefined");
    CHECK(find_click_ids(event).ttclid == "from-url");
    event.where.url = "https://shop.example/?ttclid=";
    CHECK(find_click_ids(event).ttclid == "from-referrer");
    event.where.referrer = "https://shop.example/";
    CHECK(find_click_ids(event).ttclid == "from-cookie");
    event.from.cookie = "_ttclid=x";
    CHECK(find_click_ids(event).ttclid.empty());
}

TEST_CASE("click ids: what stands in the other places is told too, each once") {
    auto event = everywhere();
    event.from.cookie = "_ttp=one; ttclid=from-cookie; _ttp=two; _ttp=one; _ttp=given-ttp";
    const auto ids = find_click_ids(event);
    CHECK(ids.ttclid == "given");
    CHECK(ids.other_ttclids ==
          std::vector<std::string>{"from-url", "from-referrer", "from-cookie"});
    CHECK(ids.ttp == "given-ttp");
    CHECK(ids.other_ttps == std::vector<std::string>{"one", "two"});
}

TEST_CASE("click ids: another site's referrer is not asked") {
    auto event = everywhere();
    event.who.ttclid = {};
    event.where.url = "https://shop.example/";
    event.where.referrer = GENERATE("https://other.example/?ttclid=theirs",
                                    "https://shop.example.evil.example/?ttclid=theirs");
    CHECK(find_click_ids(event).ttclid == "from-cookie");
    event.where.url = "/relative";
    event.where.referrer = "/relative?ttclid=whose";
    CHECK(find_click_ids(event).ttclid == "from-cookie");
}

TEST_CASE("click ids: ttp is the given one, else the cookie's") {
    auto event = everywhere();
    CHECK(find_click_ids(event).ttp == "given-ttp");
    event.who.ttp = {};
    CHECK(find_click_ids(event).ttp == "cookie-ttp");
    event.from.cookie = "x_ttp=1;_TTP=2; _ttp = 3 ;_ttp=4";
    CHECK(find_click_ids(event).ttp == "3");
}

TEST_CASE("click ids: the ttclid cookie is decoded once, the _ttp cookie not at all") {
    event::inbound event;
    event.from.cookie = "ttclid=E.C%252EP; _ttp=a%2Eb";
    CHECK(find_click_ids(event).ttclid == "E.C%2EP");
    CHECK(find_click_ids(event).ttp == "a%2Eb");
}

TEST_CASE("click ids: longer ones than TikTok's are passed over") {
    const std::string longest_ttclid(event::max_ttclid, 'c');
    const std::string longest_ttp(event::max_ttp, 'p');
    event::inbound event;
    event.who.ttclid = longest_ttclid;
    event.who.ttp = longest_ttp;
    CHECK(find_click_ids(event).ttclid == longest_ttclid);
    CHECK(find_click_ids(event).ttp == longest_ttp);

    const auto too_long = longest_ttclid + "c";
    event.who.ttclid = too_long;
    event.who.ttp = too_long;
    CHECK(find_click_ids(event).ttclid.empty());
    CHECK(find_click_ids(event).ttp.empty());
    event.from.cookie = "ttclid=short; _ttp=p";
    CHECK(find_click_ids(event).ttclid == "short");
    CHECK(find_click_ids(event).ttp == "p");
}

TEST_CASE("click ids: what decodes to other than printable ASCII is passed over") {
    event::inbound event;
    event.where.url = GENERATE("https://s.example/?ttclid=%FF", "https://s.example/?ttclid=a%00b",
                               "https://s.example/?ttclid=a%0Ab", "https://s.example/?ttclid=%20");
    event.from.cookie = "ttclid=ok; _ttp=\xff";
    CHECK(find_click_ids(event).ttclid == "ok");
    CHECK(find_click_ids(event).ttp.empty());
}

TEST_CASE("blank: nothing, white space and the words for nothing") {
    const auto blank = GENERATE("", " \t\r\n", "null", " NULL ", "undefined", "Undefined");
    CHECK(event::is_blank(blank));
    const auto meant = GENERATE("0", "nullable", "a", "none");
    CHECK_FALSE(event::is_blank(meant));
}
