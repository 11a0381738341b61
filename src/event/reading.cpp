#include "reading.hpp"

namespace gatepost::event {

std::string reading::path() const {
    auto path = root_;
    for (const auto step : steps_) {
        path.append("/").append(step);
    }
    return path;
}

void reading::refuse(std::string_view why) {
    if (!error_) {
        error_ = core::input_error(std::string(error_code_), std::string(why), path());
    }
}

void reading::warn(std::string_view what) {
    auto warning = path();
    warnings_.push_back(warning.append(warning.empty() ? "" : ": ").append(what));
}

std::optional<std::string_view> reading::text_or_integer(core::json::value from) {
    if (from.is_string()) {
        return from.text();
    }
    if (const auto number = from.integer()) {
        return text_.keep(std::to_string(*number));
    }
    return std::nullopt;
}

} // namespace gatepost::event
