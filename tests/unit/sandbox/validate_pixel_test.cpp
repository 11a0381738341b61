// Events API 1.0, as TikTok's SDK documents it.
#include <gatepost/sandbox/validate.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using fault = std::optional<std::string>;

namespace {

const std::string hash(64, 'a');

fault track_fault(const std::string& body) {
    return sandbox::find_pixel_fault(core::json::parse(body).value().root());
}
fault batch_fault(const std::string& body) {
    return sandbox::find_pixel_batch_fault(core::json::parse(body).value().root());
}
// With these members beside pixel and event.
fault track_with(const std::string& members) {
    return track_fault(R"({"pixel_code":"P","event":"Purchase",)" + members + "}");
}
std::string batch(const std::string& items) {
    return R"({"pixel_code":"P","batch":[)" + items + "]}";
}

} // namespace

TEST_CASE("sandbox 1.0: the body of the facts, as the SDK sends it, is taken") {
    const std::string item = R"("event":"CompletePayment","event_id":"order-100234",
        "timestamp":"2025-11-22T12:00:00Z",
        "context":{"ad":{"callback":"E.C.P.abc"},
                   "page":{"url":"https://shop.example/thank-you","referrer":"https://shop.example/"},
                   "user":{"email":")" +
                             hash + R"(","phone_number":")" + hash + R"(",
                           "external_id":")" +
                             hash + R"(","ttp":"2F7h37YkS1j57AYSKTI7IHhJPYH"},
                   "ip":"203.0.113.10","user_agent":"Mozilla/5.0"},
        "properties":{"currency":"USD","value":46.0,"query":"socks","any_custom":[1],
                      "contents":[{"content_type":"product","content_id":"SKU-1","price":8.0,
                                   "quantity":2}]}})";
    CHECK(track_fault(R"({"pixel_code":"P","partner_name":"x","test_event_code":"T",)" + item) ==
          fault());
    CHECK(batch_fault(batch(R"({"type":"track",)" + item + R"(,{"event":"Search"})")) == fault());
}

TEST_CASE("sandbox 1.0: what is missing is named") {
    const std::string missing = ": Missing data for required field.";
    CHECK(track_fault(R"({"event":"a"})") == "pixel_code" + missing);
    CHECK(track_fault(R"({"pixel_code":"","event":"a"})") == "pixel_code" + missing);
    CHECK(track_fault(R"({"pixel_code":"P"})") == "event" + missing);
    CHECK(track_fault(R"({"pixel_code":"P","event":""})") == "event" + missing);
    CHECK(batch_fault(R"({"batch":[{"event":"a"}]})") == "pixel_code" + missing);
    CHECK(batch_fault(R"({"pixel_code":"P"})") == "batch" + missing);
    CHECK(batch_fault(batch(R"({"event":"a"},{"type":"track"})")) == "Batch.1.event" + missing);
}

TEST_CASE("sandbox 1.0: a value of a wrong type is named by its path") {
    const auto [members, found] = GENERATE_COPY(table<std::string, std::string>({
        {R"("event_id":7)", "event_id: Not a valid string."},
        {R"("timestamp":1763812800)", "timestamp: Not a valid datetime."},
        {R"("timestamp":"1763812800")", "timestamp: Not a valid datetime."},
        {R"("context":[])", "context: Not a valid object."},
        {R"("context":{"ip":1})", "context.ip: Not a valid string."},
        {R"("context":{"ad":{"callback":1}})", "context.ad.callback: Not a valid string."},
        {R"("context":{"page":{"url":1}})", "context.page.url: Not a valid string."},
        {R"("context":{"user":{"email":"alice@example.com"}})",
         "context.user.email: Not a valid SHA-256 hash."},
        {R"("context":{"user":{"email":[")" + hash + R"("]}})",
         "context.user.email: Not a valid SHA-256 hash."},
        {R"("context":{"user":{"phone_number":")" + std::string(64, 'A') + R"("}})",
         "context.user.phone_number: Not a valid SHA-256 hash."},
        {R"("context":{"user":{"phone":"x"}})", "context.user.phone: Unknown field."},
        {R"("context":{"device":{}})", "context.device: Unknown field."},
        {R"("properties":{"value":"46.0"})", "properties.value: Not a valid number."},
        {R"("properties":{"contents":[{},{"content_id":1}]})",
         "properties.contents.1.content_id: Not a valid string."},
        {R"("properties":{"contents":[7]})", "properties.contents.0: Not a valid object."},
        {R"("event_time":1)", "event_time: Unknown field."},
        {R"("visitor":{})", "visitor: Unknown field."},
        {R"("type":"track")", "type: Unknown field."},
    }));
    CAPTURE(members);
    CHECK(track_with(members) == found);
}

TEST_CASE("sandbox 1.0: in a batch the path begins with the event's place") {
    CHECK(batch_fault(batch(R"({"event":"a"},{"event":"a","properties":{"contents":[
              {"content_id":7}]}})")) ==
          "Batch.1.properties.contents.0.content_id: Not a valid string.");
    CHECK(batch_fault(batch(R"({"event":"a","type":"page"})")) ==
          "Batch.0.type: Not a valid choice.");
    CHECK(batch_fault(batch(R"({"event":"a","pixel_code":"P"})")) ==
          "Batch.0.pixel_code: Unknown field.");
    CHECK(batch_fault(batch("7")) == "Batch.0: Not a valid object.");
    CHECK(batch_fault(R"({"pixel_code":"P","batch":[{"event":"a"}],"data":[]})") ==
          "data: Unknown field.");
}

TEST_CASE("sandbox 1.0: a batch holds from 1 to 50 events") {
    const auto events = [](std::size_t count) {
        std::string items;
        for (std::size_t i = 0; i < count; ++i) {
            items.append(i == 0 ? "" : ",").append(R"({"event":"a"})");
        }
        return batch_fault(batch(items));
    };
    CHECK(events(1) == fault());
    CHECK(events(50) == fault());
    CHECK(events(0) == "batch: Length must be between 1 and 50.");
    CHECK(events(51) == events(0));
    CHECK(batch_fault(R"({"pixel_code":"P","batch":{}})") == "batch: Not a valid list.");
}

TEST_CASE("sandbox 1.0: what is no body at all is a fault") {
    const auto text = GENERATE(as<std::string>(), "[]", "7", "null", "{}");
    CAPTURE(text);
    CHECK(track_fault(text));
    CHECK(batch_fault(text));
}
