#include "chunk.hpp"

#include <utility>

namespace gatepost::app {

std::optional<chunk> chunker::next() {
    chunk result;
    for (;;) {
        auto each = waiting_ ? std::exchange(waiting_, std::nullopt) : rows_.next();
        if (!each) {
            break;
        }
        if (result.rows() == most_rows ||
            (!result.body.empty() && result.body.size() + each->event.size() > most_bytes)) {
            waiting_ = std::move(each);
            break;
        }
        if (result.rows() == 0) {
            result.begin = each->begin;
        }
        result.end = each->end;
        if (each->fault) {
            result.rejected.push_back({each->begin.line, std::move(*each->fault)});
        } else {
            result.body += each->event + '\n';
            result.lines.push_back(each->begin.line);
        }
    }
    return result.rows() == 0 ? std::nullopt : std::optional(std::move(result));
}

} // namespace gatepost::app
