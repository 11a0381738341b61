#include "upload/column_names.hpp"
#include "upload/columns.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::app;

namespace {

using strings = std::vector<std::string>;

std::string event_of(const strings& header, const strings& cells,
                     const row_defaults& otherwise = {}) {
    const auto named = columns::named(header);
    INFO((named.has_error() ? named.error().message : ""));
    REQUIRE(named.has_value());
    return named->event(cells, otherwise);
}

std::string complaint_about(const strings& header) {
    const auto named = columns::named(header);
    REQUIRE(named.has_error());
    CHECK(named.error().code == "bad_header");
    return named.error().message;
}

} // namespace

TEST_CASE("columns: each name stands where the event has it") {
    struct row {
        const char* header;
        const char* cell;
        const char* json;
    };
    const std::vector<row> table{
        {"event", "Purchase", R"({"event":"Purchase"})"},
        {"Event Name", "Purchase", R"({"event":"Purchase"})"},
        {"event_type", "Add to Cart", R"({"event":"AddToCart"})"},
        {"EVENT_ID", "7", R"({"event_id":"7"})"},
        {"event_time", "1795350000", R"({"event_time":1795350000})"},
        {"event_time", "2026-11-22T12:20:00Z", R"({"event_time":1795350000})"},
        {"timestamp", "2026-11-22T13:20:00+01:00", R"({"event_time":1795350000})"},
        {"event_time", "yesterday", R"({"event_time":"yesterday"})"},
        {"event_set_id", "7654321098765432109", R"({"pixel":"7654321098765432109"})"},
        {"Email", "A@Example.com", R"({"user":{"email":"A@Example.com"}})"},
        {"user.email", "A@Example.com", R"({"user":{"email":"A@Example.com"}})"},
        {"Phone Number", "0049 30 1", R"({"user":{"phone":"0049 30 1"}})"},
        {"zip", "01234", R"({"user":{"zip_code":"01234"}})"},
        {"country", "DE", R"({"visitor":{"country":"DE"}})"},
        {"user.country", "DE", R"({"user":{"country":"DE"}})"},
        {"consent", " Granted", R"({"consent":{"marketing":"granted"}})"},
        {"consent_at", "2026-11-22", R"({"consent":{"at":1795305600}})"},
        {"consent.at", "1795305600", R"({"consent":{"at":1795305600}})"},
        {"gpp_sid", "7|8", R"({"consent":{"gpp_sid":[7,8]}})"},
        {"value", "46.00", R"({"properties":{"value":46.00}})"},
        {"value", "46,00", R"({"properties":{"value":"46,00"}})"},
        {"value", "0x10", R"({"properties":{"value":"0x10"}})"},
        {"order_id", "007", R"({"properties":{"order_id":"007"}})"},
        {"content_ids", "a| b||c", R"({"properties":{"content_ids":["a","b","c"]}})"},
        {"price", "8", R"({"properties":{"contents":[{"price":8}]}})"},
        {"properties.Colour.x", "red", R"({"properties":{"Colour.x":"red"}})"},
        {"Properties.VALUE", "3", R"({"properties":{"value":3}})"},
        {"visitor.headers.Sec-GPC", "1", R"({"visitor":{"headers":{"Sec-GPC":"1"}}})"},
        {"limited_data_use", "TRUE", R"({"limited_data_use":true})"},
        {"limited_data_use", "perhaps", R"({"limited_data_use":"perhaps"})"},
        {"lead_id", "99", R"({"lead":{"lead_id":"99"}})"},
        {"email", "  ", "{}"},
    };
    for (const auto& [header, cell, json] : table) {
        INFO(header << " = " << cell);
        CHECK(event_of({header}, {cell}) == json);
    }
}

TEST_CASE("columns: members of one object stand together, whatever the order of the columns") {
    CHECK(event_of({"price", "email", "value", "quantity", "event", "phone", "currency"},
                   {"8", "a@b.example", "16", "2", "Purchase", "+12133734253", "USD"}) ==
          R"({"event":"Purchase",)"
          R"("properties":{"contents":[{"price":8,"quantity":2}],"currency":"USD","value":16},)"
          R"("user":{"email":"a@b.example","phone":"+12133734253"}})");
}

TEST_CASE("columns: defaults are for rows that say nothing themselves") {
    const row_defaults otherwise{.event = "Lead", .pixel = "C1"};
    CHECK(event_of({"event", "pixel"}, {"", ""}, otherwise) == R"({"event":"Lead","pixel":"C1"})");
    CHECK(event_of({"event", "pixel"}, {"Purchase", "C2"}, otherwise) ==
          R"({"event":"Purchase","pixel":"C2"})");
    CHECK(event_of({"email"}, {"x"}, otherwise) ==
          R"({"event":"Lead","pixel":"C1","user":{"email":"x"}})");
}

TEST_CASE("columns: an unknown name is refused with the nearest one that is known") {
    CHECK(complaint_about({"event", "emal"}) == "column 2: emal is not known; did you mean email?");
    CHECK(complaint_about({"event", "user.emaill"}) ==
          "column 2: user.emaill is not known; did you mean user.email?");
    CHECK(complaint_about({"shoe size"}) ==
          "column 1: shoe size is not known; what is your own is called properties.shoe size");
    CHECK(complaint_about({"event", "properties.contents"}).find("column 2") == 0);
}

TEST_CASE("columns: a first line that is somebody's data is not repeated") {
    for (const auto* const data : {"alice@example.com", "+1 213 373 4253", "2026-11-22", ""}) {
        CHECK(complaint_about({data, "event"}) == "column 1 has no name that is known");
    }
}

TEST_CASE("columns: nor are the names in it") {
    for (const auto* const data : {"alice@example.com", "+1 213 373 4253", "2026-11-22", "94107"}) {
        CHECK(complaint_about({"Alice Liddell", data}) == "column 1 has no name that is known");
    }
}

TEST_CASE("columns: two columns may not mean the same") {
    CHECK(complaint_about({"email", "event", "User.Email"}) == "columns 1 and 3 mean the same");
}

TEST_CASE("columns: every known name has a meaning") {
    for (const auto& name : known_column_names()) {
        INFO(name);
        CHECK(meaning_of(name).has_value());
    }
}
