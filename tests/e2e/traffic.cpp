#include "traffic.hpp"

#include <openssl/evp.h>

#include <cstdio>

namespace gatepost::test {
namespace {

struct signal {
    bool grants;
    const char* cookie; // of the visitor
    const char* claim;  // the body's `consent` and country
};

// Ten kinds of visitors: four said yes, three no, three nothing. All are where consent comes first.
constexpr signal kinds[] = {
    {true,
     "CookieConsent={stamp:%27x%27%2Cnecessary:true%2Cmarketing:true%2Cmethod:%27explicit%27%2Cver:"
     "1%"
     "2Cutc:1795000000000%2Cregion:%27de%27}",
     ""},
    {false,
     "CookieConsent={stamp:%27x%27%2Cnecessary:true%2Cmarketing:false%2Cmethod:%27explicit%27%"
     "2Cver:"
     "1%2Cutc:1795000000000%2Cregion:%27de%27}",
     ""},
    {true, "tarteaucitron=!gtag=true!tiktok=true", ""},
    {false, "tarteaucitron=!gtag=wait!tiktok=wait", ""},
    {true, "", R"(,"consent":{"marketing":"granted","at":1795000000})"},
    {false, "", R"(,"consent":{"marketing":"denied"})"},
    {true, "gatepost_consent=v1.m:1.s:1795000000.src:usercentrics", ""},
    {false, "_ga=GA1.1.1; session=abc", ""},
    {false, "", ""},
    {false, "cc_cookie={\"categories\":[\"necessary\"],\"level\":[\"necessary\"],\"revision\":0}",
     ""},
};

std::string padded(std::size_t number, int digits) {
    char text[24];
    std::snprintf(text, sizeof(text), "%0*zu", digits, number);
    return text;
}

} // namespace

std::vector<posted_event> make_traffic(std::size_t count) {
    std::vector<posted_event> traffic;
    for (std::size_t i = 0; i < count; ++i) {
        const auto& kind = kinds[i % 10];
        const auto number = padded(i, 5);
        posted_event event;
        event.id = "order-" + number;
        event.consented = kind.grants;
        event.email = "zebra." + number + "@example.com";
        event.phone = "+4420718" + number;
        event.external_id = "Planted-" + number;
        event.cookie = kind.cookie;
        // In the clear and not yet normalised: spaces, capitals, punctuation.
        event.body =
            R"({"event":"Purchase","event_id":")" + event.id + R"(","user":{"email":"  Zebra.)" +
            number + R"(@Example.COM ","phone":"+44 (0)20 718-)" + number +
            R"(","external_id":" Planted-)" + number +
            R"("},"properties":{"value":46.5,"currency":"EUR"},)" +
            R"("visitor":{"country":"DE","ip":"203.0.113.77","user_agent":"PlantedAgent/1.0"})" +
            kind.claim + "}";
        traffic.push_back(std::move(event));
    }
    return traffic;
}

std::string sha256_hex(const std::string& text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    std::size_t size = 0;
    EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest, &size);
    std::string hex;
    for (std::size_t i = 0; i < size; ++i) {
        char pair[3];
        std::snprintf(pair, sizeof(pair), "%02x", digest[i]);
        hex += pair;
    }
    return hex;
}

} // namespace gatepost::test
