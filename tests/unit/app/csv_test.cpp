// Rules: RFC 4180.

#include "upload/csv.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace gatepost::app;
using namespace std::string_literals;

namespace {

using cells = std::vector<std::string>;

// Every record of a text that is all there is.
std::vector<csv_record> records(std::string_view text, char separator = ',') {
    std::vector<csv_record> all;
    while (!text.empty()) {
        auto next = read_csv_record(text, separator, true);
        REQUIRE(next);
        REQUIRE(next->length > 0);
        text.remove_prefix(next->length);
        all.push_back(std::move(*next));
    }
    return all;
}

} // namespace

TEST_CASE("csv: cells as RFC 4180 writes them") {
    struct row {
        std::string text;
        cells expected;
    };
    const std::vector<row> table{
        {"aaa,bbb,ccc\r\n", {"aaa", "bbb", "ccc"}},
        {"aaa,bbb,ccc", {"aaa", "bbb", "ccc"}},
        {"a,,c\n", {"a", "", "c"}},
        {",\n", {"", ""}},
        {"a,\n", {"a", ""}},
        {" a , b\n", {" a ", " b"}},
        {"\"aaa\",\"b\r\nbb\",\"ccc\"\r\n", {"aaa", "b\r\nbb", "ccc"}},
        {"\"a,b\",c\n", {"a,b", "c"}},
        {"\"b\"\"bb\",\"\",\"\"\"\"\n", {"b\"bb", "", "\""}},
        {"5\" disk,\"x\"", {"5\" disk", "x"}},
        {"a\rb,c\r", {"a\rb", "c"}},
        {"\"a\"\r", {"a"}},
        {"Zoë,東京\n", {"Zoë", "東京"}},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        const auto all = records(text);
        REQUIRE(all.size() == 1);
        CHECK(all.front().fault.empty());
        CHECK(all.front().cells == expected);
        CHECK(all.front().length == text.size());
    }
}

TEST_CASE("csv: a record knows how many lines of the file it takes") {
    const auto all = records("a,\"1\n2\n3\"\nb,c\n");
    REQUIRE(all.size() == 2);
    CHECK(all[0].lines == 3);
    CHECK(all[1].lines == 1);
}

TEST_CASE("csv: a bad quote costs its own line and none behind it") {
    const auto broken = GENERATE("\"abc\"d,e\n"s, "x,\"abc\n"s, "\"a\" ,b\n"s);
    INFO(broken);
    const auto all = records(broken + "good,line\n");
    REQUIRE(all.size() == 2);
    CHECK_FALSE(all[0].fault.empty());
    CHECK(all[0].length == broken.size());
    CHECK(all[1].fault.empty());
    CHECK(all[1].cells == cells{"good", "line"});
}

TEST_CASE("csv: a record is the same wherever the text was cut off before its end") {
    const std::string text = "a,\"b\r\n\"\"c\"\"\",d\r\n";
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        INFO(cut);
        const auto early = read_csv_record(std::string_view(text).substr(0, cut), ',', false);
        CHECK_FALSE(early.has_value());
    }
    const auto whole = read_csv_record(text, ',', false);
    REQUIRE(whole);
    CHECK(whole->cells == cells{"a", "b\r\n\"c\"", "d"});
}

TEST_CASE("csv: the header line says what separates cells") {
    CHECK(csv_separator("event,email\nx;y;z;w") == ',');
    CHECK(csv_separator("event;email\n") == ';');
    CHECK(csv_separator("event\temail\tvalue\n") == '\t');
    CHECK(csv_separator("event;\"a,b,c\"\n") == ';');
    CHECK(csv_separator("event\n") == ',');
    CHECK(records("a;\"b;c\"\n", ';').front().cells == cells{"a", "b;c"});
}
