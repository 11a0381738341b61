#include "csv.hpp"

#include <algorithm>
#include <array>

namespace gatepost::app {
namespace {

// Walks through one record.
class csv_scanner {
  public:
    csv_scanner(std::string_view text, char separator, bool complete)
        : text_(text), separator_(separator), complete_(complete) {}

    std::optional<csv_record> record() {
        for (;;) {
            const auto ended = quoted() ? read_quoted() : read_plain();
            if (!fault_.empty()) {
                return first_line();
            }
            if (!ended) {
                return std::nullopt;
            }
            result_.cells.push_back(std::move(cell_));
            cell_.clear();
            if (at_ == text_.size() || text_[at_] != separator_) {
                break;
            }
            ++at_;
        }
        take_line_end();
        result_.length = at_;
        return std::move(result_);
    }

  private:
    bool quoted() const { return at_ < text_.size() && text_[at_] == '"'; }
    bool at_line_end() const {
        return text_[at_] == '\n' ||
               (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
    }

    // Up to the separator, the line end or the end of the text; false when that may be further on.
    bool read_plain() {
        while (at_ < text_.size() && text_[at_] != separator_ && !at_line_end()) {
            cell_ += text_[at_++];
        }
        if (at_ == text_.size() && complete_ && cell_.ends_with('\r')) {
            cell_.pop_back();
        }
        return at_ < text_.size() || complete_;
    }

    bool read_quoted() {
        ++at_;
        for (;; ++at_) {
            if (at_ == text_.size()) {
                fault_ = complete_ ? "a quote is not closed" : "";
                return false;
            }
            if (text_[at_] == '"') {
                if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') {
                    ++at_;
                    return after_quote();
                }
                ++at_;
            }
            result_.lines += text_[at_] == '\n' ? 1 : 0;
            cell_ += text_[at_];
        }
    }

    // Behind a closing quote only the end of the cell may stand.
    bool after_quote() {
        if (at_ == text_.size()) {
            return complete_;
        }
        if (text_[at_] == '\r' && at_ + 1 == text_.size() && !complete_) {
            return false;
        }
        if (text_[at_] != separator_ && !at_line_end() &&
            !(text_[at_] == '\r' && at_ + 1 == text_.size())) {
            fault_ = "text behind a closing quote";
        }
        return true;
    }

    void take_line_end() {
        at_ += at_ < text_.size() && text_[at_] == '\r' ? 1 : 0;
        at_ += at_ < text_.size() && text_[at_] == '\n' ? 1 : 0;
    }

    std::optional<csv_record> first_line() const {
        const auto end = text_.find('\n');
        if (end == std::string_view::npos && !complete_) {
            return std::nullopt;
        }
        csv_record bad;
        bad.length = end == std::string_view::npos ? text_.size() : end + 1;
        bad.fault = fault_;
        return bad;
    }

    std::string_view text_;
    char separator_;
    bool complete_;
    std::size_t at_ = 0;
    std::string cell_;
    std::string_view fault_;
    csv_record result_;
};

} // namespace

std::optional<csv_record> read_csv_record(std::string_view text, char separator, bool complete) {
    return csv_scanner(text, separator, complete).record();
}

char csv_separator(std::string_view text) {
    static constexpr std::array separators{',', ';', '\t'};
    std::array<std::size_t, separators.size()> counts{};
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\n' && !quoted) {
            break;
        }
        const auto* const found = std::ranges::find(separators, c);
        if (!quoted && found != separators.end()) {
            ++counts[static_cast<std::size_t>(found - separators.begin())];
        }
    }
    const auto* const most = std::ranges::max_element(counts);
    return separators[static_cast<std::size_t>(most - counts.begin())];
}

} // namespace gatepost::app
