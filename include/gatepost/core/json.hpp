// One small, strict reader and a writer over RapidJSON. No other file includes RapidJSON.
//
// The reader refuses what RapidJSON by itself lets through: NUL bytes, invalid UTF-8, duplicate
// keys, text after the value, and nesting that would overflow the stack.
#pragma once

#include <gatepost/core/result.hpp>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::core::json {

enum class kind { null, boolean, number, string, array, object };

// A view of a value inside a document, valid as long as that document. Cheap to copy.
// A default-made one reads as null ("not there").
class value {
  public:
    using node = rapidjson::Value;

    value() = default;
    explicit value(const node* at) : node_(at) {}

    kind type() const;
    bool is_null() const { return type() == kind::null; }
    bool is_string() const { return node_ != nullptr && node_->IsString(); }
    bool is_object() const { return node_ != nullptr && node_->IsObject(); }
    bool is_array() const { return node_ != nullptr && node_->IsArray(); }
    bool is_number() const { return node_ != nullptr && node_->IsNumber(); }
    // False when there is no such member at all; a member that is null is present.
    explicit operator bool() const { return node_ != nullptr; }

    // The text of a string; "" for anything else.
    std::string_view text() const;
    std::optional<bool> boolean() const;
    // A number without fraction that fits; nullopt for every other value.
    std::optional<std::int64_t> integer() const;
    std::optional<double> number() const;

    // The member of an object; an absent value when this is no object or has no such member.
    value find(std::string_view name) const;
    std::size_t size() const; // of an array or object, else 0
    value at(std::size_t index) const;

    // Calls visit(name, value) for each member in order; nothing for what is no object.
    template <class Visit>
    void each_member(Visit&& visit) const {
        if (is_object()) {
            for (const auto& member : node_->GetObject()) {
                visit(std::string_view(member.name.GetString(), member.name.GetStringLength()),
                      value(&member.value));
            }
        }
    }
    // Calls visit(value) for each element in order; nothing for what is no array.
    template <class Visit>
    void each_element(Visit&& visit) const {
        if (is_array()) {
            for (const auto& element : node_->GetArray()) {
                visit(value(&element));
            }
        }
    }

    const node* raw() const { return node_; }

  private:
    const node* node_ = nullptr;
};

// Owns the parsed values and the text they point into. Movable; views stay valid.
class document {
  public:
    value root() const { return value(&state_->tree); }
    // Copies text to a place that lives as long as the document.
    std::string_view keep(std::string_view text);

  private:
    friend input_result<document> parse(std::string text, int max_depth);
    struct state {
        // RapidJSON's usual 64 KiB a document would be a thousand times that for a list of lines.
        static constexpr std::size_t chunk = 4096;
        std::string buffer;
        rapidjson::MemoryPoolAllocator<> pool{chunk};
        rapidjson::Document tree{&pool};
    };
    std::unique_ptr<state> state_;
};

constexpr int default_max_depth = 32;

// Error code `invalid_json`, with the reason and the byte offset in the message, never the text.
input_result<document> parse(std::string text, int max_depth = default_max_depth);

// RapidJSON's writer looks at every byte of a string; most strings need no escape and are copied
// whole. Its names are those RapidJSON calls.
class quick_writer : public rapidjson::Writer<rapidjson::StringBuffer> {
  public:
    using Writer::Writer;
    bool String(const char* text, rapidjson::SizeType length, bool copy = false);
    bool Key(const char* text, rapidjson::SizeType length, bool copy = false) {
        return String(text, length, copy);
    }
    bool RawValue(const char* json, std::size_t length, rapidjson::Type type);
};

// Writes JSON into a string of its own. Numbers that are not finite are written as null.
class writer {
  public:
    // What is written may be longer than `expected` bytes, for which there is room from the start.
    explicit writer(std::size_t expected = rapidjson::StringBuffer::kDefaultCapacity)
        : buffer_(nullptr, expected), out_(buffer_) {}
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    writer& begin_object() {
        out_.StartObject();
        return *this;
    }
    writer& end_object() {
        out_.EndObject();
        return *this;
    }
    writer& begin_array() {
        out_.StartArray();
        return *this;
    }
    writer& end_array() {
        out_.EndArray();
        return *this;
    }
    writer& key(std::string_view name) {
        out_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        return *this;
    }
    writer& string(std::string_view text) {
        out_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
        return *this;
    }
    writer& integer(std::int64_t number) {
        out_.Int64(number);
        return *this;
    }
    writer& number(double number);
    writer& boolean(bool flag) {
        out_.Bool(flag);
        return *this;
    }
    writer& null() {
        out_.Null();
        return *this;
    }
    // A value as it was read.
    writer& copy(value source);
    // Text that is a complete JSON value already.
    writer& raw(std::string_view json);

    // Members in one go.
    writer& member(std::string_view name, std::string_view text) { return key(name).string(text); }
    writer& member(std::string_view name, const char* text) { return key(name).string(text); }
    writer& member(std::string_view name, std::int64_t number) { return key(name).integer(number); }
    writer& member(std::string_view name, bool flag) { return key(name).boolean(flag); }

    std::string_view view() const { return {buffer_.GetString(), buffer_.GetSize()}; }
    std::string take() const { return std::string(view()); }

  private:
    rapidjson::StringBuffer buffer_;
    quick_writer out_;
};

} // namespace gatepost::core::json
