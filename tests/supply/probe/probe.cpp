// Reads JSON and says how it went: enough code to need what the release is hardened with, and a
// lambda, whose name holds the file that it stands in.
#include <gatepost/core/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

int main(int count, char** words) {
    char text[64] = {};
    const char* given = count > 1 ? words[1] : "{}";
    std::memcpy(text, given, std::strlen(given)); // too long a word is for the C library to catch
    std::string copy(text);
    std::ranges::for_each(copy, [](char& letter) { letter = letter == '\'' ? '"' : letter; });
    const bool read = gatepost::core::json::parse(copy).has_value();
    std::printf("%s: %s\n", text, read ? "read" : "refused");
    return read ? 0 : 1;
}
