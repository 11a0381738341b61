// Changes of a JSON text that leave it JSON: bytes changed at random seldom make an event.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace gatepost::fuzz {

constexpr auto member_names = std::to_array<std::string_view>({"event",        "event_id",
                                                               "event_time",   "user",
                                                               "page",         "properties",
                                                               "app",          "lead",
                                                               "ad",           "device",
                                                               "visitor",      "consent",
                                                               "email",        "phone",
                                                               "external_id",  "first_name",
                                                               "zip_code",     "country",
                                                               "locale",       "idfa",
                                                               "att_status",   "ip",
                                                               "url",          "app_id",
                                                               "lead_id",      "contents",
                                                               "content_ids",  "content_id",
                                                               "content_type", "price",
                                                               "quantity",     "value",
                                                               "currency",     "num_items",
                                                               "query",        "search_string",
                                                               "description",  "order_id",
                                                               "status",       "predicted_ltv",
                                                               "mileage",      "suggested_hotels",
                                                               "callback",     "mobile",
                                                               "secret",       "marketing",
                                                               "us_privacy",   "limited_data_use"});

constexpr auto odd_values = std::to_array<std::string_view>(
    {"0",
     "-1",
     "-0.0",
     "1.5",
     "2.0",
     "1e308",
     "9007199254740993",
     "18446744073709551615",
     "1795340000",
     "true",
     "false",
     "null",
     "[]",
     "{}",
     "[null]",
     "[{}]",
     "[[]]",
     "[1,\"a\",null]",
     "[{\"price\":\"8.50\",\"quantity\":\"2\",\"content_id\":7}]",
     "[{\"content_type\":\"product\",\"secret\":1},{\"content_type\":\"product\"}]",
     "{\"value\":\"1\",\"unit\":\"KM\"}",
     "\"\"",
     "\" \"",
     "\"x\"",
     "\"2\"",
     "\"2.0\"",
     "\"1e2\"",
     "\"01\"",
     "\"usd\"",
     "\"null\"",
     "\"US\"",
     "\"1YYN\"",
     "\"granted\"",
     "\"a@b.com\"",
     "\"+12133734253\"",
     "\"AE4A7C2F4F8F0D1C0B3E5D6F708192A3B4C5D6E7F8091A2B3C4D5E6F70819AAA\""});

// Where something stands in a text.
struct token {
    std::size_t begin;
    std::size_t size;
};

// The strings, numbers and words of a text that may be JSON.
inline std::vector<token> scalars_of(std::string_view text) {
    constexpr std::string_view structure = "{}[]:, \t\r\n";
    std::vector<token> found;
    for (std::size_t at = 0; at < text.size();) {
        if (structure.find(text[at]) != structure.npos) {
            ++at;
            continue;
        }
        auto end = at + 1;
        if (text[at] == '"') {
            for (; end < text.size() && text[end] != '"'; ++end) {
                end += text[end] == '\\' ? 1 : 0;
            }
            end = std::min(end + 1, text.size());
        } else {
            end = std::min(text.find_first_of(structure, end), text.size());
        }
        found.push_back({at, end - at});
        at = end;
    }
    return found;
}

// With another member in one of its objects, or another text in the place of a name or value.
inline std::string changed_json(std::string text, std::minstd_rand& random) {
    const auto one_of = [&random](const auto& table) { return table[random() % table.size()]; };
    const auto name = "\"" + std::string(one_of(member_names)) + "\"";
    const std::string value(one_of(odd_values));
    const auto scalars = scalars_of(text);
    if (random() % 2 == 0 || scalars.empty()) {
        const auto object = text.find('{', text.empty() ? 0 : random() % text.size());
        if (object != text.npos) {
            const bool empty = text.substr(object + 1, 1) == "}";
            text.insert(object + 1, name + ":" + value + (empty ? "" : ","));
        }
        return text;
    }
    const auto [begin, size] = one_of(scalars);
    const bool is_name = text.substr(begin + size, 1) == ":";
    return text.replace(begin, size, is_name ? name : value);
}

// For LLVMFuzzerCustomMutator; the text stands behind `head` bytes, which change on their own.
inline std::size_t mutate_json(std::uint8_t* data, std::size_t size, std::size_t most,
                               unsigned seed, std::size_t head) {
    std::minstd_rand random(seed);
    if (size < head || random() % 3 == 0) {
        return LLVMFuzzerMutate(data, size, most);
    }
    const auto text =
        changed_json(std::string(reinterpret_cast<const char*>(data + head), size - head), random);
    if (head + text.size() > most) {
        return LLVMFuzzerMutate(data, size, most);
    }
    std::memcpy(data + head, text.data(), text.size());
    return head + text.size();
}

} // namespace gatepost::fuzz
