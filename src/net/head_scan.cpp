#include "head_scan.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::net {
namespace {

// The first byte of a method; a TLS handshake and most other protocols begin otherwise.
bool may_begin(char c) {
    return core::is_alpha(c);
}

bool names_version(std::string_view request_line) {
    return request_line.ends_with(" HTTP/1.1") || request_line.ends_with(" HTTP/1.0");
}

} // namespace

head_scan::state head_scan::look(std::string_view arrived) {
    if (!arrived.empty() && !may_begin(arrived.front())) {
        return state::malformed;
    }
    for (;;) {
        const auto end = arrived.find('\n', looked_);
        if (end == std::string_view::npos) {
            looked_ = arrived.size();
            return state::more;
        }
        if (end == line_ || arrived[end - 1] != '\r') {
            return state::malformed;
        }
        const auto line = arrived.substr(line_, end - 1 - line_);
        line_ = looked_ = end + 1;
        if (const auto found = end_line(line); found != state::more) {
            return found;
        }
    }
}

head_scan::state head_scan::end_line(std::string_view line) {
    if (++lines_ == 1) {
        return names_version(line) ? state::more : state::malformed;
    }
    if (line.empty()) {
        return state::complete;
    }
    if (line.front() == ' ' || line.front() == '\t') {
        return state::malformed;
    }
    return lines_ > most_fields + 1 ? state::too_many_fields : state::more;
}

} // namespace gatepost::net
