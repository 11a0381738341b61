// Reads one mapping of the YAML file key by key and collects what is wrong with it.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/core/units.hpp>

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::config {

// No duration may be longer: what is added to a time must not overflow.
constexpr std::chrono::milliseconds longest_duration = core::days(3650);

class section {
  public:
    // `path` is "" for the file itself. A node that is no mapping is a problem (null is empty).
    section(YAML::Node node, std::string path, problems& found);
    // Every key that nobody asked for is unknown.
    ~section();
    section(const section&) = delete;
    section& operator=(const section&) = delete;

    // Each leaves the target alone when the key is absent or wrong.
    void text(const std::string& key, std::string& target);
    void texts(const std::string& key, std::vector<std::string>& target);
    void numbers(const std::string& key, std::vector<int>& target, int least, int most);
    void duration(const std::string& key, std::chrono::milliseconds& target,
                  std::chrono::milliseconds least = std::chrono::milliseconds(0));
    void seconds(const std::string& key, std::chrono::seconds& target);
    void size(const std::string& key, core::byte_size& target, core::byte_size least,
              core::byte_size most = core::gibibytes(1024));
    template <class Number>
    void number(const std::string& key, Number& target, std::int64_t least, std::int64_t most) {
        if (const auto read = whole_number(key, least, most)) {
            target = static_cast<Number>(*read);
        }
    }
    // One of a few words.
    template <class Enum>
    void choice(const std::string& key, Enum& target,
                const std::vector<std::pair<std::string, Enum>>& words) {
        std::vector<std::string> names;
        for (const auto& word : words) {
            names.push_back(word.first);
        }
        if (const auto chosen = one_of(key, names)) {
            target = words[*chosen].second;
        }
    }
    void flag(const std::string& key, bool& target) {
        choice(key, target, {{"true", true}, {"false", false}});
    }
    // A text that `parse` understands; `expected` says what it should be.
    template <class T>
    void parsed(const std::string& key, T& target, std::optional<T> (*parse)(std::string_view),
                std::string_view expected) {
        if (const auto given = scalar(key)) {
            if (auto value = parse(*given)) {
                target = std::move(*value);
            } else {
                wrong(key, "expected " + std::string(expected));
            }
        }
    }

    // A part that a later version brings: only its default (as YAML) is taken until then.
    void later(const std::string& key, const std::string& default_yaml);

    // A mapping inside; absent reads as empty.
    section inside(const std::string& key);
    // Each entry of a mapping or of a list, with its path.
    void
    each_entry(const std::string& key,
               const std::function<void(const std::string& name, const YAML::Node& value)>& visit);
    void
    each_item(const std::string& key,
              const std::function<void(const YAML::Node& value, const std::string& path)>& visit);

    bool has(const std::string& key);
    YAML::Node node(const std::string& key); // marks the key as known
    // Something to be said at a key's place, or at the section's when it is not given.
    problem at(const std::string& key, std::string message);
    void wrong(const std::string& key, std::string message);
    std::string path_of(const std::string& key) const;
    problems& found() { return found_; }

  private:
    std::optional<std::string> scalar(const std::string& key);
    std::optional<std::int64_t> whole_number(const std::string& key, std::int64_t least,
                                             std::int64_t most);
    std::optional<std::size_t> one_of(const std::string& key,
                                      const std::vector<std::string>& words);

    YAML::Node node_;
    std::string path_;
    problems& found_;
    std::vector<std::string> known_;
};

problem problem_at(const YAML::Node& where, std::string key, std::string message);

} // namespace gatepost::config
