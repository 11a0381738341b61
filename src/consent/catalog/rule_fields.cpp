#include "rule_fields.hpp"

#include <algorithm>

namespace gatepost::consent {

rule_error error_at(const YAML::Mark& place, std::string message) {
    return {place.line + 1, place.column + 1, std::move(message)};
}

rule_fields::rule_fields(const YAML::Node& map, errors& out) : place_(map.Mark()), errors_(out) {
    if (!map.IsMap()) {
        fail("must be a map of keys and values");
        return;
    }
    for (const auto& member : map) {
        if (member.first.IsScalar() && has(member.first.Scalar())) {
            errors_.push_back(
                error_at(member.first.Mark(), "'" + member.first.Scalar() + "' stands here twice"));
        }
        fields_.push_back({member.first, member.second});
    }
}

std::size_t rule_fields::find(std::string_view key) const {
    const auto found = std::ranges::find_if(
        fields_, [&](const field& f) { return f.key.IsScalar() && f.key.Scalar() == key; });
    return static_cast<std::size_t>(found - fields_.begin());
}

bool rule_fields::has(std::string_view key) const {
    return find(key) != fields_.size();
}

std::optional<YAML::Node> rule_fields::take(std::string_view key) {
    const auto at = find(key);
    if (at == fields_.size()) {
        return std::nullopt;
    }
    fields_[at].taken = true;
    return fields_[at].value;
}

std::optional<std::string> rule_fields::text(std::string_view key) {
    const auto value = take(key);
    if (!value) {
        return std::nullopt;
    }
    if (!value->IsScalar()) {
        fail(key, "must be one text");
        return std::nullopt;
    }
    return value->Scalar();
}

std::vector<std::string> rule_fields::texts(std::string_view key) {
    const auto value = take(key);
    if (!value) {
        return {};
    }
    if (value->IsScalar()) {
        return {value->Scalar()};
    }
    std::vector<std::string> list;
    if (value->IsSequence()) {
        for (const auto& element : *value) {
            if (element.IsScalar()) {
                list.push_back(element.Scalar());
            }
        }
    }
    if (list.empty() || list.size() != value->size()) {
        fail(key, "must be one text or a list of texts");
    }
    return list;
}

std::vector<std::string> rule_fields::texts_or_none(std::string_view key) {
    const auto at = find(key);
    if (at != fields_.size() && fields_[at].value.IsSequence() && fields_[at].value.size() == 0) {
        fields_[at].taken = true;
        return {};
    }
    return texts(key);
}

bool rule_fields::flag(std::string_view key) {
    return choice<bool>(key, {{"true", true}}).value_or(false);
}

char rule_fields::separator(std::string_view key, char otherwise) {
    const auto given = text(key);
    if (!given) {
        return otherwise;
    }
    if (given->size() != 1) {
        fail(key, "must be one character");
        return otherwise;
    }
    return given->front();
}

void rule_fields::fail(std::string_view key, const std::string& message) {
    const auto place = has(key) ? fields_[find(key)].value.Mark() : place_;
    errors_.push_back(error_at(place, "'" + std::string(key) + "' " + message));
}

void rule_fields::fail(const std::string& message) {
    errors_.push_back(error_at(place_, message));
}

void rule_fields::need(std::string_view key) {
    if (!has(key)) {
        fail(key, "is missing");
    }
}

void rule_fields::finish() {
    for (const auto& left : fields_) {
        if (!left.taken) {
            errors_.push_back(error_at(
                left.key.Mark(), left.key.IsScalar() ? "unknown key '" + left.key.Scalar() + "'"
                                                     : "a key must be one text"));
        }
    }
}

} // namespace gatepost::consent
