#include <gatepost/event/page_url.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace gatepost::event;

TEST_CASE("page url: the host is found in addresses as browsers send them") {
    const auto [url, host] = GENERATE(values<std::pair<std::string, std::string>>({
        {"https://shop.example/thanks", "shop.example"},
        {"HTTPS://Shop.Example", "shop.example"},
        {"https://shop.example:8443/a:b@c", "shop.example"},
        {"https://shop.example?next=https://other.example/", "shop.example"},
        {"https://shop.example#@other.example", "shop.example"},
        {"//shop.example/x", "shop.example"},
        {"https://alice:pass@shop.example:1/x", "shop.example"},
        {"https://alice@evil.example@shop.example/", "shop.example"},
        {"https://shop.example\\@other.example/", "shop.example"},
        {"https://[2001:DB8::1]:8443/x", "2001:db8::1"},
        {"http://[::1]", "::1"},
        {"https://[::1", ""},
        {"https://m\xc3\xbcller.example/\xc3\xbc|{x}", "m\xc3\xbcller.example"},
        {"shop.example/thanks", ""},
        {"/thanks?u=https://shop.example/", ""},
        {"mailto:alice@shop.example", ""},
        {"about:blank", ""},
        {"https://", ""},
        {"", ""},
    }));
    CAPTURE(url);
    CHECK(host_of(url) == host);
}

TEST_CASE("page url: a query value is the first of exactly that name, decoded once") {
    struct row {
        std::string url;
        std::optional<std::string> value;
    };
    const auto [url, value] = GENERATE(values<row>({
        {"https://s.example/?ttclid=E.C.P.abc", "E.C.P.abc"},
        {"https://s.example/?a=1&ttclid=x&ttclid=y#f", "x"},
        {"https://s.example/?ttclid=a%252Bb+c%2", "a%2Bb+c%2"},
        {"https://s.example/?ttclid=a=b", "a=b"},
        {"https://s.example/?ttclid", ""},
        {"?ttclid=q", "q"},
        {"https://s.example/?a=1?ttclid=x", std::nullopt},
        {"https://s.example/?TTCLID=x", std::nullopt},
        {"https://s.example/?xttclid=x", std::nullopt},
        {"https://s.example/#?ttclid=x", std::nullopt},
        {"https://s.example/ttclid=x", std::nullopt},
        {"", std::nullopt},
    }));
    CAPTURE(url);
    CHECK(query_value(url, "ttclid") == value);
}

TEST_CASE("page url: only the named parameters go, everything else stays byte for byte") {
    const std::vector<std::string> names{"email", "e-mail", "token"};
    const auto [url, kept] = GENERATE(values<std::pair<std::string, std::string>>({
        {"https://s.example/?email=a@b.c", "https://s.example/"},
        {"https://s.example/?email=a@b.c#top", "https://s.example/#top"},
        {"https://s.example/?a=1&EMail=x&b=2", "https://s.example/?a=1&b=2"},
        {"https://s.example/?e%6Dail=x&b=2", "https://s.example/?b=2"},
        {"https://s.example/?e-mail=x&token&b", "https://s.example/?b"},
        {"https://s.example/?a=1&&token=x&%&{y}=|&\xc3\xbc#email=1",
         "https://s.example/?a=1&&%&{y}=|&\xc3\xbc"},
        {"https://s.example/#/thanks?email=a@b.c&x=1", "https://s.example/#/thanks?x=1"},
        {"https://s.example/#email=a@b.c", "https://s.example/"},
        {"https://s.example/?a=1&amp;email=a@b.c", "https://s.example/?a=1&amp"},
        {"https://s.example/?email=a@b.c;b=1", "https://s.example/?b=1"},
        {"https://s.example/?email[]=a@b.c&user%5Bemail%5D=x&b=1", "https://s.example/?b=1"},
        {"https://s.example/?+email=a@b.c&email%20=x", "https://s.example/"},
        {"https://s.example/?next=/x?email=a@b.c", "https://s.example/?next=/x"},
        {"https://s.example/?emails=1&xtoken=2", "https://s.example/?emails=1&xtoken=2"},
        {"https://s.example/?a=email=x", "https://s.example/?a=email=x"},
        {"https://s.example/email=x", "https://s.example/email=x"},
        {"https://s.example/?", "https://s.example/?"},
        {"https://s.example/?&&", "https://s.example/?&&"},
        {"email=x", "email=x"},
        {"", ""},
    }));
    CAPTURE(url);
    CHECK(strip_parameters(url, names) == kept);
    CHECK(strip_parameters(url, {}) == url);
}

TEST_CASE("page url: user and password never go on") {
    CHECK(strip_user("https://alice%40example.com:pw@s.example/x@y?a=b@c") ==
          "https://s.example/x@y?a=b@c");
    CHECK(strip_user("https://s.example/a@b") == "https://s.example/a@b");
    CHECK(strip_user("//u@s.example") == "//s.example");
    CHECK(strip_user("mailto:a@b.c") == "mailto:a@b.c");
    CHECK(strip_user("").empty());
}

TEST_CASE("page url: what has the shape of an e-mail address goes with the parameter it is in") {
    const auto [url, kept] = GENERATE(values<std::pair<std::string, std::string>>({
        {"https://s.example/?u=a@b.co&x=1", "https://s.example/?x=1"},
        {"https://s.example/?u=a%40b.co&x=1", "https://s.example/?x=1"},
        {"https://s.example/?u=a%2540b.co&x=1", "https://s.example/?x=1"},
        {"https://s.example/?u=a%252540b.co&x=1", "https://s.example/?x=1"},
        {"https://s.example/?x=1&next=%2Fa%3Fe%3Da%2540b.co", "https://s.example/?x=1"},
        {"https://s.example/?next=https%3A%2F%2Fo.example%2F%3Fe%3Da%40b.co%26x%3D1#top",
         "https://s.example/#top"},
        {"https://s.example/?a@b.co", "https://s.example/"},
        {"https://s.example/?a@b.co=1&x", "https://s.example/?x"},
        {"https://s.example/?n=Alice+%3Calice@mail.shop.example%3E", "https://s.example/"},
        {"https://s.example/?u=alice%2Btag%40example.com", "https://s.example/"},
        {"https://s.example/?u=%61lice%40example%2Ecom", "https://s.example/"},
        {"https://s.example/?u=a@b.co;v=2", "https://s.example/?v=2"},
        {"https://s.example/?u=a@b.xn--p1ai", "https://s.example/"},
        {"https://s.example/?u=\xd0\xb8@\xd0\xbf.\xd1\x80\xd1\x84", "https://s.example/"},
        {"https://s.example/#e=a@b.co&x=1", "https://s.example/#x=1"},
        {"https://s.example/#/t?e=a%40b.co&x=1", "https://s.example/#/t?x=1"},
        {"https://s.example/#top&e=a@b.co", "https://s.example/#top"},
        {"https://s.example/#/t&e=a@b.co", "https://s.example/#/t"},
        {"https://s.example/?q=%zz@b.co&x=%", "https://s.example/?x=%"},
    }));
    CAPTURE(url);
    CHECK(clean_url(url, {}, true) == kept);
    CHECK(clean_url(url, {}, false) == url);
}

TEST_CASE("page url: in a path `redacted` stands for an e-mail address") {
    const auto [url, kept] = GENERATE(values<std::pair<std::string, std::string>>({
        {"https://s.example/u/alice@example.com/orders", "https://s.example/u/redacted/orders"},
        {"https://s.example/u;e=alice@example.com;x/", "https://s.example/u;e=redacted;x/"},
        {"https://s.example/a@b.co,c@d.co?x=1", "https://s.example/redacted,redacted?x=1"},
        {"https://s.example/x:alice%40example.com/y", "https://s.example/redacted/y"},
        {"https://s.example/alice%2540example.com", "https://s.example/redacted"},
        {"https://s.example/a@b.co@c.de/x", "https://s.example/redacted/x"},
        {"https://s.example/alice@example.com.", "https://s.example/redacted."},
        {"https://s.example/#/u/alice@example.com/x?y=1", "https://s.example/#/u/redacted/x?y=1"},
        {"https://s.example/#!/u/alice%40example.com", "https://s.example/#!/u/redacted"},
        {"https://s.example/#alice@example.com", "https://s.example/#redacted"},
        {"https://s.example/#!/x=1/alice@example.com", "https://s.example/#!/x=1/redacted"},
        {"https://s.example/#/x=alice@example.com", "https://s.example/#/x=redacted"},
        {"mailto:alice@example.com?subject=x", "mailto:redacted?subject=x"},
        {"/u/alice@example.com", "/u/redacted"},
        {"alice@example.com", "redacted"},
    }));
    CAPTURE(url);
    CHECK(clean_url(url, {}, true) == kept);
}

TEST_CASE("page url: what only has an @ in it is no e-mail address") {
    const auto url = GENERATE(
        as<std::string>(), "https://s.example/@alice", "https://s.example/@alice.smith/video/1",
        "https://s.example/@52.5,13.4,15z", "https://s.example/place@52.5,13.4",
        "https://s.example/img/logo@2x.png", "https://s.example/?img=logo@3x.webp&v=1",
        "https://s.example/npm/react@18.2.0/index.js", "https://s.example/vue@3.4.min.js",
        "https://s.example/?q=a@b", "https://s.example/?q=@", "https://s.example/?q=a@.co",
        "https://s.example/?q=a@b.c", "https://s.example/?q=a@b..co", "https://s.example/?q=%40",
        "https://s.example/?q=50%2540off", "https://s.example/?q=3+%40+5.00",
        "https://s.example/?q=-@b.co", "https://s.example/?price=1402540", "https://s.example/#@a");
    CAPTURE(url);
    CHECK(clean_url(url, {}, true) == url);
}

TEST_CASE("page url: cleaning takes the user, the named parameters and the addresses") {
    const std::vector<std::string> names{"token"};
    CHECK(clean_url("https://alice:pw@s.example/a@b.co/?token=1&e=x%40y.zz&ok=1#f", names, true) ==
          "https://s.example/redacted/?ok=1#f");
    CHECK(clean_url("", names, true).empty());
}

TEST_CASE("page url: a cleaned address is at most a third longer, whatever it holds") {
    std::string crowded;
    for (int i = 0; i < 1000; ++i) {
        crowded += "a@b.co,";
    }
    CHECK(clean_url(crowded, {}, true).size() <= crowded.size() * 4 / 3);
    const std::string signs(20'000, '@');
    CHECK(clean_url("https://s.example/" + signs, {}, true).ends_with("@@@"));
}
