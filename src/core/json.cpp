#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <rapidjson/error/en.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

namespace gatepost::core::json {
namespace {

input_error invalid(std::string reason, std::size_t offset) {
    return {"invalid_json", std::move(reason) + " at byte " + std::to_string(offset), ""};
}

// The offset at which nesting grows past max_depth, or npos. Brackets inside strings do not count.
std::size_t too_deep(std::string_view text, int max_depth) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (text[i]) {
        case '"':
            for (++i; i < text.size() && text[i] != '"'; ++i) {
                if (text[i] == '\\') {
                    ++i;
                }
            }
            break;
        case '{':
        case '[':
            if (++depth > max_depth) {
                return i;
            }
            break;
        case '}':
        case ']':
            --depth;
            break;
        default:
            break;
        }
    }
    return std::string_view::npos;
}

std::string_view name_of(const rapidjson::Value::Member& member) {
    return {member.name.GetString(), member.name.GetStringLength()};
}

bool has_duplicate_names(const rapidjson::Value& object) {
    constexpr std::size_t few = 16;
    const auto members = object.GetObject();
    if (members.MemberCount() <= few) {
        for (auto a = members.begin(); a != members.end(); ++a) {
            for (auto b = a + 1; b != members.end(); ++b) {
                if (name_of(*a) == name_of(*b)) {
                    return true;
                }
            }
        }
        return false;
    }
    std::vector<std::string_view> names;
    names.reserve(members.MemberCount());
    for (const auto& member : members) {
        names.push_back(name_of(member));
    }
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

// Makes the tree, with numbers as the standard library reads them: RapidJSON 1.1.0 by itself reads
// outside its table of powers for some that are smaller than any double (0.<40 zeros>1e-320).
class tree_builder {
  public:
    using tree = rapidjson::Document;

    // `refusal` becomes the reason when the builder itself ends the reading.
    tree_builder(tree& into, std::string_view& refusal) : into_(into), refusal_(refusal) {}

    bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
        const std::string_view number(text, length);
        if (const auto whole = parse_integer<std::int64_t>(number)) {
            return into_.Int64(*whole);
        }
        if (const auto whole = parse_integer<std::uint64_t>(number)) {
            return into_.Uint64(*whole);
        }
        double value = 0;
        const auto [end, error] = std::from_chars(text, text + length, value);
        if (error != std::errc() || !std::isfinite(value)) {
            refusal_ = "Number that does not fit";
            return false;
        }
        return into_.Double(value);
    }
    bool Null() { return into_.Null(); }
    bool Bool(bool flag) { return into_.Bool(flag); }
    bool String(const char* text, rapidjson::SizeType length, bool copy) {
        return is_text({text, length}) && into_.String(text, length, copy);
    }
    bool Key(const char* text, rapidjson::SizeType length, bool copy) {
        return is_text({text, length}) && into_.Key(text, length, copy);
    }
    bool StartObject() { return into_.StartObject(); }
    bool EndObject(rapidjson::SizeType count) { return into_.EndObject(count); }
    bool StartArray() { return into_.StartArray(); }
    bool EndArray(rapidjson::SizeType count) { return into_.EndArray(count); }
    // Numbers come as text; these are never called, but the reader wants them.
    bool Int(int value) { return into_.Int(value); }
    bool Uint(unsigned value) { return into_.Uint(value); }
    bool Int64(std::int64_t value) { return into_.Int64(value); }
    bool Uint64(std::uint64_t value) { return into_.Uint64(value); }
    bool Double(double value) { return into_.Double(value); }

  private:
    // The second half of a surrogate pair alone ("\udc00") gets past RapidJSON 1.1.0, as bytes that
    // are no UTF-8 and begin with this one.
    bool is_text(std::string_view text) {
        constexpr char lead_of_surrogates = '\xed';
        if (text.find(lead_of_surrogates) == std::string_view::npos || is_utf8(text)) {
            return true;
        }
        refusal_ = "Half of a surrogate pair";
        return false;
    }

    tree& into_;
    std::string_view& refusal_;
};

// Recursion is bounded by the depth limit checked before.
bool has_duplicates(const rapidjson::Value& node) {
    if (node.IsObject()) {
        return has_duplicate_names(node) ||
               std::ranges::any_of(node.GetObject(),
                                   [](const auto& m) { return has_duplicates(m.value); });
    }
    if (node.IsArray()) {
        return std::ranges::any_of(node.GetArray(), has_duplicates);
    }
    return false;
}

// RFC 8259, section 7. Bytes past ASCII need none: the writer keeps UTF-8 as it is.
bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

bool needs_escape(std::string_view text) {
    // Eight bytes at a time: a byte's high bit says that it is less than n, or zero.
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t high_bits = 0x80 * ones;
    const auto any_below = [](std::uint64_t word, std::uint64_t n) {
        return (word - n * ones) & ~word & high_bits;
    };
    while (text.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), sizeof word);
        if ((any_below(word, 0x20) | any_below(word ^ '"' * ones, 1) |
             any_below(word ^ '\\' * ones, 1)) != 0) {
            return true;
        }
        text.remove_prefix(sizeof word);
    }
    return std::ranges::any_of(text, [](char c) { return needs_escape(c); });
}

} // namespace

kind value::type() const {
    if (node_ == nullptr) {
        return kind::null;
    }
    switch (node_->GetType()) {
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
        return kind::boolean;
    case rapidjson::kNumberType:
        return kind::number;
    case rapidjson::kStringType:
        return kind::string;
    case rapidjson::kArrayType:
        return kind::array;
    case rapidjson::kObjectType:
        return kind::object;
    case rapidjson::kNullType:
        break;
    }
    return kind::null;
}

std::string_view value::text() const {
    return is_string() ? std::string_view(node_->GetString(), node_->GetStringLength())
                       : std::string_view();
}

std::optional<bool> value::boolean() const {
    return node_ != nullptr && node_->IsBool() ? std::optional(node_->GetBool()) : std::nullopt;
}

std::optional<std::int64_t> value::integer() const {
    return node_ != nullptr && node_->IsInt64() ? std::optional(node_->GetInt64()) : std::nullopt;
}

std::optional<double> value::number() const {
    return is_number() ? std::optional(node_->GetDouble()) : std::nullopt;
}

value value::find(std::string_view name) const {
    if (is_object()) {
        for (const auto& member : node_->GetObject()) {
            if (name_of(member) == name) {
                return value(&member.value);
            }
        }
    }
    return {};
}

std::size_t value::size() const {
    return is_array() ? node_->Size() : is_object() ? node_->MemberCount() : 0;
}

value value::at(std::size_t index) const {
    return is_array() && index < node_->Size()
               ? value(&(*node_)[static_cast<rapidjson::SizeType>(index)])
               : value();
}

std::string_view document::keep(std::string_view text) {
    auto* copy = static_cast<char*>(state_->tree.GetAllocator().Malloc(text.size()));
    if (!text.empty()) {
        std::memcpy(copy, text.data(), text.size());
    }
    return {copy, text.size()};
}

input_result<document> parse(std::string text, int max_depth) {
    // RapidJSON takes a NUL byte for the end of the text.
    if (const auto nul = text.find('\0'); nul != std::string::npos) {
        return invalid("NUL byte", nul);
    }
    if (const auto deep = too_deep(text, max_depth); deep != std::string_view::npos) {
        return invalid("nested more than " + std::to_string(max_depth) + " deep", deep);
    }
    // RapidJSON's own check reads as far as a lead byte announces, past the end of the text.
    if (!is_utf8(text)) {
        return input_error{"invalid_json", "not UTF-8", ""};
    }
    document result;
    result.state_ = std::make_unique<document::state>();
    result.state_->buffer = std::move(text);
    auto& tree = result.state_->tree;
    // Recursive, which is quicker; the depth has been looked at.
    constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
    rapidjson::InsituStringStream in(result.state_->buffer.data());
    rapidjson::Reader reader;
    std::string_view refusal;
    const auto read = [&](rapidjson::Document& into) {
        tree_builder builder(into, refusal);
        return !reader.Parse<flags>(in, builder).IsError();
    };
    tree.Populate(read);
    if (reader.HasParseError()) {
        return reader.GetParseErrorCode() == rapidjson::kParseErrorTermination
                   ? invalid(std::string(refusal), reader.GetErrorOffset())
                   : invalid(rapidjson::GetParseError_En(reader.GetParseErrorCode()),
                             reader.GetErrorOffset());
    }
    if (has_duplicates(tree)) {
        return input_error{"invalid_json", "a key stands twice in one object", ""};
    }
    return result;
}

bool quick_writer::String(const char* text, rapidjson::SizeType length, bool copy) {
    if (needs_escape(std::string_view(text, length))) {
        return Writer::String(text, length, copy);
    }
    Prefix(rapidjson::kStringType);
    char* to = os_->Push(std::size_t{length} + 2);
    *to++ = '"';
    std::copy_n(text, length, to);
    to[length] = '"';
    return EndValue(true);
}

bool quick_writer::RawValue(const char* json, std::size_t length, rapidjson::Type type) {
    Prefix(type);
    std::copy_n(json, length, os_->Push(length));
    return EndValue(true);
}

writer& writer::number(double number) {
    if (std::isfinite(number)) {
        out_.Double(number);
    } else {
        out_.Null();
    }
    return *this;
}

writer& writer::copy(value source) {
    if (source.raw() == nullptr) {
        return null();
    }
    source.raw()->Accept(out_);
    return *this;
}

writer& writer::raw(std::string_view json) {
    out_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
    return *this;
}

} // namespace gatepost::core::json
