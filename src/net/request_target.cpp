#include "request_target.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::net {
namespace {

bool drop_prefix(std::string_view& text, std::string_view prefix) {
    const bool there = core::iequals(text.substr(0, prefix.size()), prefix);
    text.remove_prefix(there ? prefix.size() : 0);
    return there;
}

} // namespace

bool to_origin_form(request_head& head) {
    if (head.target.starts_with('/')) {
        return head.method != "CONNECT";
    }
    if (head.target == "*") {
        return head.method == "OPTIONS";
    }
    auto rest = head.target;
    if (!drop_prefix(rest, "http://") && !drop_prefix(rest, "https://")) {
        return false;
    }
    const auto path = rest.find('/');
    if (!core::iequals(rest.substr(0, path), head.find("Host").value_or(""))) {
        return false;
    }
    head.target = path == std::string_view::npos ? "/" : rest.substr(path);
    return true;
}

} // namespace gatepost::net
