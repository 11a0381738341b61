#include <gatepost/core/text.hpp>
#include <gatepost/event/blank.hpp>

namespace gatepost::event {

bool is_blank(std::string_view text) {
    const auto word = core::trim(text);
    return word.empty() || core::iequals(word, "null") || core::iequals(word, "undefined");
}

} // namespace gatepost::event
