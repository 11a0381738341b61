// Reading one map of the rule language: every key is taken once, and what is left over, missing or
// wrong becomes an error with its place.
#pragma once

#include <gatepost/consent/catalog.hpp>

#include <yaml-cpp/yaml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::consent {

class rule_fields {
  public:
    using errors = std::vector<rule_error>;

    rule_fields(const YAML::Node& map, errors& out);

    bool has(std::string_view key) const;
    // The value of a key; nullopt when it is not there.
    std::optional<YAML::Node> take(std::string_view key);
    // The same, as one scalar.
    std::optional<std::string> text(std::string_view key);
    // One scalar or a list of at least one.
    std::vector<std::string> texts(std::string_view key);
    // The same, or `[]` for none.
    std::vector<std::string> texts_or_none(std::string_view key);
    char separator(std::string_view key, char otherwise);
    // A key that can only be `true`; false when it is not there.
    bool flag(std::string_view key);

    template <class Enum>
    using words = std::initializer_list<std::pair<std::string_view, Enum>>;

    template <class Enum>
    std::optional<Enum> choice(std::string_view key, words<Enum> known) {
        const auto chosen = text(key);
        return chosen ? find_word(key, *chosen, known) : std::nullopt;
    }

    // One word or several.
    template <class Enum>
    std::vector<Enum> choices(std::string_view key, words<Enum> known) {
        std::vector<Enum> meanings;
        for (const auto& word : texts(key)) {
            if (const auto meaning = find_word(key, word, known)) {
                meanings.push_back(*meaning);
            }
        }
        return meanings;
    }

    // An error at a key's value, or at the map when the key is not there.
    void fail(std::string_view key, const std::string& message);
    void fail(const std::string& message);
    void need(std::string_view key);
    // Complains about every key that was not taken.
    void finish();

    errors& complaints() { return errors_; }

  private:
    template <class Enum>
    std::optional<Enum> find_word(std::string_view key, std::string_view chosen,
                                  words<Enum> known) {
        std::string all;
        for (const auto& [word, meaning] : known) {
            if (word == chosen) {
                return meaning;
            }
            all += (all.empty() ? "" : ", ") + std::string(word);
        }
        fail(key, "must be one of " + all);
        return std::nullopt;
    }

    struct field {
        YAML::Node key;
        YAML::Node value;
        bool taken = false;
    };
    // Its place in fields_, or their number.
    std::size_t find(std::string_view key) const;

    YAML::Mark place_;
    std::vector<field> fields_;
    errors& errors_;
};

rule_error error_at(const YAML::Mark& place, std::string message);

} // namespace gatepost::consent
