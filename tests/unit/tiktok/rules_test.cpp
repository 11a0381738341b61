// What TikTok would refuse, what it takes but does not use as meant, and what is in order.

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/tiktok/rules.hpp>

#include <catch2/catch.hpp>

#include <sstream>

using namespace gatepost;
using event::source;

namespace {

struct verdict {
    std::string path; // of the fault, "" for none
    std::string message;
    std::vector<std::string> warnings;
};

// An event of which nothing is to be said, but for what a test changes.
event::inbound good() {
    event::inbound made;
    made.index = 3;
    made.name = "Purchase";
    made.who.emails = {"alice@example.com"};
    made.where.url = "https://shop.example/";
    made.app.id = "1";
    made.lead.id = "2";
    return made;
}

verdict look_at(const event::inbound& given, source from = source::web,
                const std::vector<std::string>& deny = {}) {
    verdict result;
    if (const auto fault = tiktok::find_fault(given, from, result.warnings, deny)) {
        CHECK(fault->code == "invalid_event");
        result.path = fault->path;
        result.message = fault->message;
        CHECK_FALSE(result.message.empty());
    }
    return result;
}

verdict named(std::string_view name, source from = source::web) {
    auto given = good();
    given.name = name;
    return look_at(given, from);
}

verdict with_properties(const std::string& properties, const std::vector<std::string>& deny = {}) {
    const auto parsed = core::json::parse(properties).value();
    auto given = good();
    given.properties = parsed.root();
    return look_at(given, source::web, deny);
}

bool is_in_order(const verdict& seen) {
    CAPTURE(seen.path, seen.message, seen.warnings);
    return seen.path.empty() && seen.warnings.empty();
}

} // namespace

TEST_CASE("rules: a name that TikTok knows, or a custom one of its form, is in order") {
    const auto name = GENERATE(
        as<std::string>(), "AddPaymentInfo", "AddToCart", "AddToWishlist", "ApplicationApproval",
        "CompleteRegistration", "Contact", "CustomizeProduct", "Download", "FindLocation",
        "InitiateCheckout", "Lead", "Purchase", "Schedule", "Search", "StartTrial",
        "SubmitApplication", "Subscribe", "ViewContent", "Pageview", "my-event_2", "a", "Käufe",
        "購入", std::string(50, 'x'), "\xc3\xa9" + std::string(49, 'x'));
    CAPTURE(name);
    CHECK(is_in_order(named(name)));
}

TEST_CASE("rules: a name that no event may have is refused") {
    const auto [name, why] = GENERATE(table<std::string, std::string>({
        {"", "must begin with a letter"},
        {"1st", "must begin with a letter"},
        {"_x", "must begin with a letter"},
        {"-x", "must begin with a letter"},
        {" Purchase", "must begin with a letter"},
        {std::string(51, 'x'), "longer than 50 characters"},
        {"Purchase ", "may hold letters, digits, _ and - only"},
        {"a.b", "may hold letters, digits, _ and - only"},
        {"a\nb", "may hold letters, digits, _ and - only"},
        {"Order Paid", "may hold letters, digits, _ and - only"},
        {"Order Completed",
         "may hold letters, digits, _ and - only; events.names: map knows this name"},
    }));
    CAPTURE(name);
    const auto seen = named(name);
    CHECK(seen.path == "/events/3/event");
    CHECK(seen.message == why);
}

TEST_CASE("rules: characters of a name are counted, not bytes") {
    std::string name;
    for (int i = 0; i < 50; ++i) {
        name += "\xe8\xb3\xbc";
    }
    CHECK(is_in_order(named(name)));
    CHECK(named(name + "x").path == "/events/3/event");
}

TEST_CASE("rules: of a name that TikTok counts as another it is said which") {
    const auto [name, says] = GENERATE(table<std::string, std::string>({
        {"CompletePayment", "Purchase"},
        {"SubmitForm", "Lead"},
        {"PlaceAnOrder", "2027"},
        {"ClickButton", "2027"},
        {"PageView", "Pageview"},
        {"PAGEVIEW", "Pageview"},
        {"AddBilling", "AddPaymentInfo"},
        {"Browse", "PageView"},
        {"Checkout", "PlaceAnOrder"},
        {"ClickForm", "SubmitForm"},
        {"ClickInDownloadPage", "ClickButton"},
        {"ClickToDownload", "Download"},
        {"Consult", "Contact"},
        {"ConsultByPhone", "Contact"},
        {"Registration", "CompleteRegistration"},
        {"StartCheckout", "InitiateCheckout"},
        {"ViewConsultationPage", "ViewContent"},
        {"ViewDownloadPage", "ViewContent"},
        {"ViewForm", "ViewContent"},
        {"purchase", "is Purchase"},
        {"addtocart", "is AddToCart"},
        {"add_to_cart", "events.names: map makes it AddToCart"},
    }));
    CAPTURE(name);
    const auto seen = named(name);
    CHECK(seen.path.empty());
    REQUIRE(seen.warnings.size() == 1);
    CHECK(seen.warnings[0].starts_with("/events/3/event: "));
    CHECK(seen.warnings[0].find(says) != std::string::npos);
}

TEST_CASE("rules: apps have names of their own, and offline events standard ones only") {
    const auto name = GENERATE(as<std::string>(), "LaunchAPP", "Checkout", "Registration", "Login",
                               "InAppADClick", "Rate", "StartCheckout", "Purchase", "my_event");
    CAPTURE(name);
    CHECK(is_in_order(named(name, source::app)));
    CHECK(named("launchapp", source::app).warnings.size() == 1);
    CHECK(named("my_event", source::offline).warnings.size() == 1);
    CHECK(is_in_order(named("Purchase", source::offline)));
    CHECK(is_in_order(named("my_event", source::crm)));
}

TEST_CASE("rules: properties of the right type are in order, also as text or number") {
    const auto properties = GENERATE(
        as<std::string>(), "{}", R"({"value":46.0,"currency":"USD"})",
        R"({"value":"46.00","currency":"usd"})", R"({"value":0})", R"({"value":null})",
        R"({"value":"","currency":""})", R"({"value":1,"currency":"ZAR"})",
        R"({"contents":[{"content_id":1,"price":"8","quantity":"2"}],"currency":"EUR"})",
        R"({"contents":[],"content_ids":[1,"b",null,""]})", R"({"content_ids":"a"})",
        R"({"contents":[{"content_id":"a"}],"content_ids":["a"],"content_type":"product"})",
        R"({"contents":[{"content_type":"product_group","quantity":2.0}]})",
        R"({"contents":[null,""]})", R"({"order_id":7,"shop_id":"8","num_items":3})",
        R"({"coupon":"A","size":41.5})", R"({"contents":[{"color":"red"}]})",
        R"({"num_adults":2,"suggested_hotels":["a"],"destination_ids":"b","year":"2024"})",
        R"({"mileage":{"value":1,"unit":"km"},"preferred_price_range":[1,"2"]})");
    CAPTURE(properties);
    CHECK(is_in_order(with_properties(properties)));
}

TEST_CASE("rules: every currency that TikTok lists is in order, in any case") {
    std::istringstream listed(
        "AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP "
        "EUR GBP GTQ HKD HNL HUF IDR ILS INR ISK JPY KES KHR KRW KWD KZT MAD MOP "
        "MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR SEK SGD "
        "THB TRY TWD UAH USD VES VND ZAR");
    std::string code;
    while (listed >> code) {
        CAPTURE(code);
        CHECK(is_in_order(with_properties(R"({"value":1,"currency":")" + code + "\"}")));
        const auto lowered = core::lower(code);
        CHECK(is_in_order(with_properties(R"({"value":1,"currency":")" + lowered + "\"}")));
    }
}

TEST_CASE("rules: a property of a type that TikTok answers with 40002 is refused, with its path") {
    const auto [properties, path, message] = GENERATE(table<std::string, std::string, std::string>({
        {R"({"value":"secret"})", "value", "must be a number"},
        {R"({"value":" 46 "})", "value", "must be a number"},
        {R"({"value":"1,5"})", "value", "must be a number"},
        {R"({"value":"01"})", "value", "must be a number"},
        {R"({"value":true})", "value", "must be a number"},
        {R"({"value":[1]})", "value", "must be a number"},
        {R"({"price":"free"})", "price", "must be a number"},
        {R"({"predicted_ltv":{}})", "predicted_ltv", "must be a number"},
        {R"({"num_items":1.5})", "num_items", "must be a whole number"},
        {R"({"quantity":"1.5"})", "quantity", "must be a whole number"},
        {R"({"quantity":1e300})", "quantity", "must be a whole number"},
        {R"({"currency":840})", "currency", "must be a string"},
        {R"({"currency":["USD"]})", "currency", "must be a string"},
        {R"({"order_id":true})", "order_id", "must be a string"},
        {R"({"content_id":{}})", "content_id", "must be a string"},
        {R"({"shop_id":[1]})", "shop_id", "must be a string"},
        {R"({"order_id":12345678901234567890123})", "order_id",
         "must be a string; a number so long has lost digits"},
        {R"({"contents":[{"content_id":-1e16}]})", "contents/0/content_id",
         "must be a string; a number so long has lost digits"},
        {R"({"content_ids":["a",1e30]})", "content_ids", "must be an array of strings"},
        {R"({"description":false})", "description", "must be a string"},
        {R"({"query":[]})", "query", "must be a string"},
        {R"({"status":{}})", "status", "must be a string"},
        {R"({"contents":[{"brand":true}]})", "contents/0/brand", "must be a string"},
        {R"({"content_ids":[true]})", "content_ids", "must be an array of strings"},
        {R"({"content_ids":{"a":1}})", "content_ids", "must be an array of strings"},
        {R"({"contents":{"content_id":"a"}})", "contents", "must be an array of objects"},
        {R"({"contents":"a"})", "contents", "must be an array of objects"},
        {R"({"contents":[{"content_id":"a"},7]})", "contents/1", "must be an object"},
        {R"({"contents":[["a"]]})", "contents/0", "must be an object"},
        {R"({"contents":[{},{"price":"8 EUR"}]})", "contents/1/price", "must be a number"},
        {R"({"contents":[{"quantity":0.5}]})", "contents/0/quantity", "must be a whole number"},
        {R"({"contents":[{"content_id":null},{"content_id":[]}]})", "contents/1/content_id",
         "must be a string"},
    }));
    CAPTURE(properties);
    const auto seen = with_properties(properties);
    CHECK(seen.path == "/events/3/properties/" + path);
    CHECK(seen.message == message);
    // What is not sent does no harm.
    const auto name = path.substr(path.rfind('/') + 1);
    if (name.find_first_of("0123456789") == std::string::npos) {
        CHECK(with_properties(properties, {name}).path.empty());
    }
}

TEST_CASE("rules: what TikTok may not use as meant is a warning") {
    const auto [properties, path] = GENERATE(table<std::string, std::string>({
        {R"({"value":-1,"currency":"USD"})", "/value"},
        {R"({"value":1})", "/currency"},
        {R"({"value":"0.01","currency":""})", "/currency"},
        {R"({"contents":[{"price":8}]})", "/currency"},
        {R"({"currency":"XXX"})", "/currency"},
        {R"({"currency":"BGN"})", "/currency"},
        {R"({"currency":"dollar"})", "/currency"},
        {R"({"currency":"D A"})", "/currency"},
        {R"({"content_type":"sku"})", "/content_type"},
        {R"({"contents":[{"content_type":"x"},{"content_type":"y"}]})", "/contents/0/content_type"},
        {R"({"year":"soon"})", "/year"},
        {R"({"city":true})", "/city"},
        {R"({"mileage":1})", "/mileage"},
        {R"({"preferred_price_range":"1-2"})", "/preferred_price_range"},
        {R"({"gift":true})", ""},
        {R"({"a":{"secret":1},"b":[],"c":false})", ""},
        {R"({"contents":[{"x":true},{"y":[1]}]})", ""},
    }));
    CAPTURE(properties);
    const auto seen = with_properties(properties);
    CHECK(seen.path.empty());
    REQUIRE(seen.warnings.size() == 1);
    CHECK(seen.warnings[0].starts_with("/events/3/properties" + path + ": "));
    CHECK(seen.warnings[0].find("secret") == std::string::npos);
}

TEST_CASE("rules: an app or CRM event without its id is refused, elsewhere none is needed") {
    auto given = good();
    given.app.id = {};
    given.lead.id = {};
    CHECK(look_at(given, source::app).path == "/events/3/app/app_id");
    CHECK(look_at(given, source::crm).path == "/events/3/lead/lead_id");
    CHECK(is_in_order(look_at(given, source::web)));
    CHECK(is_in_order(look_at(given, source::offline)));
}

TEST_CASE("rules: an offline event that names nobody is warned about, a web event is not") {
    auto nobody = good();
    nobody.who = {};
    nobody.where = {};
    CHECK(
        look_at(nobody, source::offline).warnings ==
        std::vector<std::string>{
            "/events/3/user: no email, phone or external_id, by which offline events are matched"});
    CHECK(is_in_order(look_at(nobody, source::web)));
    CHECK(is_in_order(look_at(good(), source::offline)));
}

TEST_CASE("rules: limited data use is documented for web and app events") {
    auto given = good();
    given.limited_data_use = true;
    CHECK(is_in_order(look_at(given, source::web)));
    CHECK(is_in_order(look_at(given, source::app)));
    const auto from = GENERATE(source::offline, source::crm);
    const auto seen = look_at(given, from);
    CHECK(seen.path.empty());
    REQUIRE(seen.warnings.size() == 1);
    CHECK(seen.warnings[0].starts_with("/events/3/limited_data_use: "));
}

TEST_CASE("rules: the first fault stands, and no word repeats what was sent") {
    auto given = good();
    const auto properties =
        core::json::parse(R"({"value":"planted","planted":[1],"currency":"planted"})").value();
    given.name = "planted.name";
    given.properties = properties.root();
    const auto seen = look_at(given);
    CHECK(seen.path == "/events/3/event");
    auto all = seen.path + seen.message;
    for (const auto& warning : seen.warnings) {
        all += warning;
    }
    CHECK(all.find("planted") == std::string::npos);
}
