// What becomes of `properties` on the way to TikTok.

#include "encoding.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using row = std::pair<std::string, std::string>;

namespace {

// "" when the event has no properties left.
std::string properties_of(const std::string& properties, std::vector<std::string> deny = {}) {
    const auto made = test::encode(R"({"event":"Purchase","properties":)" + properties + "}",
                                   {.deny_properties = std::move(deny)});
    const auto payload = core::json::parse(made.record.payload).value();
    const auto found = payload.root().find("properties");
    if (!found) {
        return "";
    }
    core::json::writer out;
    out.copy(found);
    return out.take();
}

} // namespace

TEST_CASE("properties: ids and texts given as numbers become strings, digit by digit") {
    const auto [given, sent] = GENERATE(values<row>({
        {R"({"order_id":1,"shop_id":-2,"content_id":12345678901234567890})",
         R"({"order_id":"1","shop_id":"-2","content_id":"12345678901234567890"})"},
        {R"({"order_id":12.0,"content_ids":[1e2,-0.0,1.5]})",
         R"({"order_id":"12","content_ids":["100","0","1.5"]})"},
        {R"({"content_ids":[1,"b",3]})", R"({"content_ids":["1","b","3"]})"},
        {R"({"content_ids":7})", R"({"content_ids":["7"]})"},
        {R"({"content_ids":"SKU"})", R"({"content_ids":["SKU"]})"},
        {R"({"contents":[{"content_id":4,"content_name":5,"content_category":6,"brand":7.5}]})",
         R"({"contents":[{"content_id":"4","content_name":"5","content_category":"6","brand":"7.5"}]})"},
        {R"({"description":1,"query":2,"search_string":3,"status":4})",
         R"({"description":"1","query":"2","search_string":"3","status":"4"})"},
        {R"({"postal_code":94107,"destination_ids":[1]})",
         R"({"postal_code":"94107","destination_ids":["1"]})"},
    }));
    CHECK(properties_of(given) == sent);
}

TEST_CASE("properties: numbers given as text become numbers, if JSON would write them so") {
    const auto [given, sent] = GENERATE(values<row>({
        {R"({"value":"46.00"})", R"({"value":46.0})"},
        {R"({"value":"-1e2"})", R"({"value":-100.0})"},
        {R"({"value":"0"})", R"({"value":0})"},
        {R"({"predicted_ltv":"12","num_items":"3"})", R"({"predicted_ltv":12,"num_items":3})"},
        {R"({"contents":[{"price":"8.5"}],"value":1})",
         R"({"contents":[{"price":8.5}],"value":1})"},
        {R"({"num_adults":"2","user_score":"0.5"})", R"({"num_adults":2,"user_score":0.5})"},
        {R"({"year":"2024","mileage":{"value":"90","unit":"km"},"preferred_price_range":["1",2]})",
         R"({"year":2024,"mileage":{"value":90,"unit":"km"},"preferred_price_range":[1,2]})"},
        {R"({"quantity":"2"})", R"({"quantity":2})"},
        {R"({"quantity":2.0})", R"({"quantity":2})"},
        {R"({"quantity":"2.0"})", R"({"quantity":2})"},
        {R"({"quantity":2e0})", R"({"quantity":2})"},
    }));
    CHECK(properties_of(given) == sent);
}

TEST_CASE("properties: text that is no number in JSON stays as it is") {
    const auto text = GENERATE(as<std::string>(), " 46 ", "1,5", "$5", "0x1", "1.", ".5", "01",
                               "+1", "NaN", "inf", "1e", "1e999", "-", "1 2");
    const auto properties = R"({"value":")" + text + "\"}";
    CHECK(properties_of(properties) == properties);
}

TEST_CASE("properties: a currency of three letters is raised, another is not touched") {
    CHECK(properties_of(R"({"currency":"usd"})") == R"({"currency":"USD"})");
    CHECK(properties_of(R"({"currency":"uSd"})") == R"({"currency":"USD"})");
    CHECK(properties_of(R"({"currency":"euro"})") == R"({"currency":"euro"})");
    CHECK(properties_of(R"({"currency":"u$d"})") == R"({"currency":"u$d"})");
}

TEST_CASE("properties: what says nothing goes, and zero stays") {
    const auto [given, sent] = GENERATE(values<row>({
        {R"({"value":0,"currency":"","query":null,"order_id":"7"})",
         R"({"value":0,"order_id":"7"})"},
        {R"({"contents":[{"content_id":"a","brand":"","price":null},{"brand":""},{}]})",
         R"({"contents":[{"content_id":"a"}]})"},
        {R"({"content_ids":["",null,"a"]})", R"({"content_ids":["a"]})"},
        {R"({"content_ids":[""],"contents":[],"x":""})", ""},
        {R"({"contents":[{"content_id":""}]})", ""},
        {R"({"mileage":{"value":null,"unit":"km"},"preferred_price_range":[null,5]})",
         R"({"mileage":{"unit":"km"},"preferred_price_range":[5]})"},
        {R"({"mileage":{"value":null,"unit":""},"preferred_price_range":[null,""]})", ""},
        {"{}", ""},
    }));
    CHECK(properties_of(given) == sent);
}

TEST_CASE("properties: custom ones pass as they are") {
    const auto* custom = R"({"coupon":"A","n":1.5,"gift":true,"deep":{"a":["",null,{"b":"1"}]}})";
    CHECK(properties_of(custom) == custom);
    CHECK(properties_of(R"({"contents":[{"content_id":"a","size":41,"value":"1"}]})") ==
          R"({"contents":[{"content_id":"a","size":41,"value":"1"}]})");
}

TEST_CASE("properties: a value that is absent is the sum of price times quantity") {
    const auto [contents, value] = GENERATE(values<row>({
        {R"([{"price":8,"quantity":2},{"price":30}])", "46.0"},
        {R"([{"price":0.1},{"price":0.2}])", "0.3"},
        {R"([{"price":19.99,"quantity":3}])", "59.97"},
        {R"([{"price":0.05,"quantity":3}])", "0.15"},
        {R"([{"price":0.0125,"quantity":2}])", "0.025"},
        {R"([{"price":0}])", "0.0"},
        {R"([{"price":5,"quantity":null}])", "5.0"},
        {R"([{"price":"8","quantity":"2"}])", "16.0"},
        {R"([{"price":8,"quantity":""}])", "8.0"},
        {R"([{"price":8,"quantity":2},null,{},{"price":null}])", "16.0"},
    }));
    CAPTURE(contents);
    const auto ending = "\"value\":" + value + "}";
    CHECK(properties_of(R"({"contents":)" + contents + "}").ends_with(ending));
    CHECK(properties_of(R"({"value":null,"contents":)" + contents + "}").ends_with(ending));
    CHECK(properties_of(R"({"value":"","contents":)" + contents + "}").ends_with(ending));
}

TEST_CASE("properties: a value that is given stands, and one that is not known is not made up") {
    CHECK(properties_of(R"({"value":1.5,"contents":[{"price":8}]})") ==
          R"({"value":1.5,"contents":[{"price":8}]})");
    CHECK(properties_of(R"({"value":0,"contents":[{"price":8}]})").starts_with(R"({"value":0,)"));
    const auto contents =
        GENERATE(as<std::string>(), "[]", R"([{"quantity":2}])", R"([{"price":8},{"quantity":1}])",
                 R"([{"price":" 8"}])", R"([{"price":8,"quantity":"two"}])", "[7]", R"("none")",
                 R"([{"price":1e308,"quantity":9},{"price":1e308}])");
    CAPTURE(contents);
    CHECK(properties_of(R"({"contents":)" + contents + "}").find("value") == std::string::npos);
}

TEST_CASE("properties: a content_type that all items share counts for the event") {
    CHECK(properties_of(R"({"contents":[{"content_type":"product"},{"content_type":"product"}]})")
              .ends_with(R"(,"content_type":"product"})"));
    CHECK(properties_of(R"({"contents":[null,{"content_type":"product"},{}]})")
              .ends_with(R"(,"content_type":"product"})"));
    const auto properties = GENERATE(
        as<std::string>(), R"({"contents":[{"content_type":"product"},{"content_id":"a"}]})",
        R"({"contents":[{"content_type":"product"},{"content_type":"product_group"}]})",
        R"({"content_type":"product_group","contents":[{"content_type":"product"}]})");
    CHECK(properties_of(properties) == properties);
}

TEST_CASE("properties: denied names go at the top and in contents, and nothing comes of them") {
    const std::string item =
        R"({"content_id":"a","content_type":"product","price":8,"quantity":2})";
    const auto properties = R"({"coupon":"A","contents":[)" + item + "]}";
    const auto [deny, sent] = GENERATE_COPY(values<
                                            std::pair<std::vector<std::string>, std::string>>(
        {{{"value", "content_type"},
          R"({"coupon":"A","contents":[{"content_id":"a","price":8,"quantity":2}]})"},
         {{"coupon", "price"},
          R"({"contents":[{"content_id":"a","content_type":"product","quantity":2}],"content_type":"product"})"},
         {{"quantity"},
          R"({"coupon":"A","contents":[{"content_id":"a","content_type":"product","price":8}],"content_type":"product"})"},
         {{"contents"}, R"({"coupon":"A"})"},
         {{"contents", "coupon"}, ""},
         {{"content_id", "content_type", "price", "quantity"}, R"({"coupon":"A"})"},
         {{"Coupon"},
          R"({"coupon":"A","contents":[)" + item +
              R"(],"content_type":"product","value":16.0})"}}));
    CAPTURE(deny);
    CHECK(properties_of(properties, deny) == sent);
}
