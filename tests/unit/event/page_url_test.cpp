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
