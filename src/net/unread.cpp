#include "unread.hpp"

namespace gatepost::net {

std::optional<unread> reason_unread(input_state state, bool late) {
    switch (state) {
    case input_state::complete:
    case input_state::more:
        return std::nullopt;
    case input_state::cut_short:
        if (!late) {
            return std::nullopt;
        }
        return unread{408, {"timeout", "the request took too long to arrive", ""}};
    case input_state::malformed:
        return unread{400, {"bad_request", "this is not an HTTP/1.1 request", ""}};
    case input_state::head_too_large:
        return unread{431, {"header_too_large", "the head is larger than listen.max_header", ""}};
    case input_state::too_many_fields:
        return unread{431, {"header_too_large", "the head has more than 128 fields", ""}};
    case input_state::body_too_large:
        return unread{413, {"too_large", "the body is larger than listen.max_body", ""}};
    case input_state::no_room:
        return unread{503, {"too_many_bodies", "too many large bodies are under way", ""}};
    }
    return std::nullopt;
}

} // namespace gatepost::net
