// Reads what unicode.mjs prints and compares it with Gatepost's lower case, categories and trim.
//
//   node unicode.mjs 0 1112063 | unicode_oracle unicode 1112063
#include "json_lines.hpp"
#include "unicode.hpp"

#include <iostream>
#include <string>

using namespace gatepost;
using core::json::value;
using identity::category;

namespace {

std::string_view name_of(category kind) {
    switch (kind) {
    case category::alphanumeric:
        return "alphanumeric";
    case category::mark:
        return "mark";
    case category::format:
        return "format";
    case category::dash:
        return "dash";
    case category::punctuation:
        return "punctuation";
    case category::unassigned:
        return "unassigned";
    case category::other:
        return "other";
    }
    return "";
}

std::string utf8(char32_t c) {
    const auto tail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x80) {
        return {static_cast<char>(c)};
    }
    if (c < 0x800) {
        return {static_cast<char>(0xc0 | c >> 6), tail(0)};
    }
    if (c < 0x10000) {
        return {static_cast<char>(0xe0 | c >> 12), tail(6), tail(0)};
    }
    return {static_cast<char>(0xf0 | c >> 18), tail(12), tail(6), tail(0)};
}

// What differs about one code point that is a character to Gatepost, "" for nothing.
std::string differences(value line, const std::string& text, category kind) {
    std::string result;
    if (name_of(kind) != line.find("category").text()) {
        result += " category";
    }
    if (identity::lower_case(text) != line.find("lower").text()) {
        result += " lower";
    }
    std::size_t contexts = 0;
    line.find("sigmas").each_element([&](value pair) {
        ++contexts;
        if (identity::lower_case(pair.at(0).text()) != pair.at(1).text()) {
            result += " sigma-" + std::to_string(contexts);
        }
    });
    return contexts > 0 ? result : result + " no-contexts";
}

class comparison {
  public:
    void read(value line) {
        if (const auto newer = line.find("newer")) {
            newer_expected_ = newer.integer();
            return;
        }
        ++lines_;
        const auto text = utf8(static_cast<char32_t>(*line.find("code").integer()));
        auto rest = std::string_view(text);
        const auto c = identity::next_code_point(rest);
        const auto kind = identity::category_of(c);
        std::string different;
        if (!rest.empty() || static_cast<std::int64_t>(c) != line.find("code").integer()) {
            different += " decoding";
        }
        if (identity::trim_white_space(text + "x" + text) != line.find("trimmed").text()) {
            different += " trim";
        }
        if (kind != category::unassigned) {
            different += differences(line, text, kind);
        } else {
            newer_ += line.find("category").text() != "unassigned" ? 1 : 0;
            different += identity::lower_case(text) ? " lower-of-unassigned" : "";
        }
        if (!different.empty() && ++wrong_ <= 50) {
            std::cerr << std::hex << static_cast<unsigned>(c) << std::dec << ':' << different
                      << '\n';
        }
    }

    bool agrees(long wanted) const {
        std::cout << lines_ << " code points compared, " << wrong_ << " differ, " << newer_
                  << " are newer than Unicode 15.0\n";
        return lines_ == wanted && wrong_ == 0 && newer_expected_ == newer_;
    }

  private:
    long lines_ = 0;
    long wrong_ = 0;
    std::int64_t newer_ = 0;
    std::optional<std::int64_t> newer_expected_;
};

} // namespace

int main(int argc, char** argv) {
    return compare_json_lines<comparison>(argc, argv, "unicode_oracle unicode LINES");
}
