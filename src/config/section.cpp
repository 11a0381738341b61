#include "section.hpp"

#include <gatepost/config/suggestion.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/core/units.hpp>

#include <algorithm>
#include <set>

namespace gatepost::config {
namespace {

// Alike in content, whatever the style.
bool same(const YAML::Node& a, const YAML::Node& b) {
    if (a.Type() != b.Type()) {
        return false;
    }
    if (a.IsScalar()) {
        return a.Scalar() == b.Scalar();
    }
    if (a.size() != b.size()) {
        return false;
    }
    if (a.IsSequence()) {
        return std::equal(a.begin(), a.end(), b.begin(),
                          [](const auto& x, const auto& y) { return same(x, y); });
    }
    return std::all_of(a.begin(), a.end(), [&b](const auto& entry) {
        const auto other = b[entry.first.Scalar()];
        return other.IsDefined() && same(entry.second, other);
    });
}

std::string listed(const std::vector<std::string>& words) {
    std::string result;
    for (const auto& word : words) {
        result += (result.empty() ? "" : ", ") + word;
    }
    return result;
}

} // namespace

problem problem_at(const YAML::Node& where, std::string key, std::string message) {
    const auto mark = where.IsDefined() ? where.Mark() : YAML::Mark::null_mark();
    return {mark.line + 1, mark.column + 1, std::move(key), std::move(message)};
}

section::section(YAML::Node node, std::string path, problems& found)
    : node_(std::move(node)), path_(std::move(path)), found_(found) {
    if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) {
        found_.push_back(problem_at(node_, path_, "expected a mapping of keys"));
        node_.reset();
    }
}

section::~section() {
    if (!node_.IsDefined() || !node_.IsMap()) {
        return;
    }
    std::set<std::string> seen;
    for (const auto& entry : node_) {
        const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
        if (!seen.insert(key).second) {
            found_.push_back(problem_at(entry.first, path_of(key), "stands here twice"));
        }
        if (std::ranges::find(known_, key) == known_.end()) {
            const auto near = nearest(key, known_);
            found_.push_back(problem_at(entry.first, path_of(key),
                                        near.empty() ? "unknown key; known here: " + listed(known_)
                                                     : "unknown key; did you mean " + near + "?"));
        }
    }
}

YAML::Node section::node(const std::string& key) {
    if (std::ranges::find(known_, key) == known_.end()) {
        known_.push_back(key);
    }
    // Through a const node: the other operator[] adds the key.
    const YAML::Node& mapping = node_;
    return mapping.IsDefined() && mapping.IsMap() ? mapping[key]
                                                  : YAML::Node(YAML::NodeType::Undefined);
}

bool section::has(const std::string& key) {
    const auto given = node(key);
    return given.IsDefined() && !given.IsNull();
}

std::string section::path_of(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
}

problem section::at(const std::string& key, std::string message) {
    const auto given = node(key);
    return problem_at(given.IsDefined() ? given : node_, path_of(key), std::move(message));
}

void section::wrong(const std::string& key, std::string message) {
    found_.push_back(at(key, std::move(message)));
}

std::optional<std::string> section::scalar(const std::string& key) {
    const auto given = node(key);
    if (!given.IsDefined() || given.IsNull()) {
        return std::nullopt;
    }
    if (!given.IsScalar()) {
        wrong(key, "expected a single value");
        return std::nullopt;
    }
    return given.Scalar();
}

void section::text(const std::string& key, std::string& target) {
    if (auto given = scalar(key)) {
        target = std::move(*given);
    }
}

void section::texts(const std::string& key, std::vector<std::string>& target) {
    if (!has(key)) {
        return;
    }
    std::vector<std::string> read;
    each_item(key, [&](const YAML::Node& item, const std::string& path) {
        if (item.IsScalar()) {
            read.push_back(item.Scalar());
        } else {
            found_.push_back(problem_at(item, path, "expected a text"));
        }
    });
    target = std::move(read);
}

void section::numbers(const std::string& key, std::vector<int>& target, int least, int most) {
    if (!has(key)) {
        return;
    }
    const auto problems_before = found_.size();
    std::vector<int> read;
    each_item(key, [&](const YAML::Node& item, const std::string& path) {
        const auto number =
            item.IsScalar() ? core::parse_integer<int>(item.Scalar()) : std::nullopt;
        if (number && *number >= least && *number <= most) {
            read.push_back(*number);
        } else {
            found_.push_back(problem_at(item, path,
                                        "expected a whole number from " + std::to_string(least) +
                                            " to " + std::to_string(most)));
        }
    });
    if (found_.size() == problems_before) {
        target = std::move(read);
    }
}

void section::duration(const std::string& key, std::chrono::milliseconds& target,
                       std::chrono::milliseconds least) {
    if (const auto given = scalar(key)) {
        const auto read = core::parse_duration(*given);
        if (!read) {
            wrong(key, "expected a duration such as 250ms, 10s, 5m, 48h or 7d");
        } else if (*read < least || *read > longest_duration) {
            wrong(key,
                  "must be from " + core::format(least) + " to " + core::format(longest_duration));
        } else {
            target = *read;
        }
    }
}

void section::seconds(const std::string& key, std::chrono::seconds& target) {
    std::chrono::milliseconds exact = target;
    duration(key, exact, std::chrono::seconds(1));
    target = std::chrono::floor<std::chrono::seconds>(exact);
}

void section::size(const std::string& key, core::byte_size& target, core::byte_size least,
                   core::byte_size most) {
    if (const auto given = scalar(key)) {
        const auto read = core::parse_byte_size(*given);
        if (!read) {
            wrong(key, "expected a size such as 64KiB, 4MiB or 1GiB");
        } else if (*read < least || *read > most) {
            wrong(key, "must be from " + core::format(least) + " to " + core::format(most));
        } else {
            target = *read;
        }
    }
}

std::optional<std::int64_t> section::whole_number(const std::string& key, std::int64_t least,
                                                  std::int64_t most) {
    const auto given = scalar(key);
    if (!given) {
        return std::nullopt;
    }
    const auto read = core::parse_integer<std::int64_t>(*given);
    if (!read || *read < least || *read > most) {
        wrong(key, "expected a whole number from " + std::to_string(least) + " to " +
                       std::to_string(most));
        return std::nullopt;
    }
    return read;
}

std::optional<std::size_t> section::one_of(const std::string& key,
                                           const std::vector<std::string>& words) {
    const auto given = scalar(key);
    if (!given) {
        return std::nullopt;
    }
    const auto found = std::ranges::find(words, *given);
    if (found == words.end()) {
        wrong(key, "expected one of: " + listed(words));
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - words.begin());
}

void section::later(const std::string& key, const std::string& default_yaml) {
    if (has(key) && !same(node(key), YAML::Load(default_yaml))) {
        wrong(key, "not available yet; leave it out, or at its default " + default_yaml);
    }
}

section section::inside(const std::string& key) {
    return {node(key), path_of(key), found_};
}

void section::each_entry(
    const std::string& key,
    const std::function<void(const std::string& name, const YAML::Node& value)>& visit) {
    const auto given = node(key);
    if (!given.IsDefined() || given.IsNull()) {
        return;
    }
    if (!given.IsMap()) {
        wrong(key, "expected a mapping of keys");
        return;
    }
    for (const auto& entry : given) {
        visit(entry.first.Scalar(), entry.second);
    }
}

void section::each_item(
    const std::string& key,
    const std::function<void(const YAML::Node& value, const std::string& path)>& visit) {
    const auto given = node(key);
    if (!given.IsDefined() || given.IsNull()) {
        return;
    }
    if (!given.IsSequence()) {
        wrong(key, "expected a list");
        return;
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
        visit(given[i], path_of(key) + "[" + std::to_string(i) + "]");
    }
}

} // namespace gatepost::config
