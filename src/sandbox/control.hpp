// POST /_control: how requests are answered instead of being judged. A JSON object of
//
//   mode           "ok"; "reset": no answer, the connection is reset; "hang": no answer at all
//   code           the envelope's code; 0 (and nothing else that answers): the body is judged
//   message        the envelope's message, for a code: "Batch.3.event_id: Not a valid string."
//   failed_events  for code 20001: places of events that are not taken, in the envelope's data;
//                  the others are
//   status         HTTP status, 200 to 599; other than 200 without a code it has an HTML body
//   body           text to answer with instead of an envelope, as content_type (JSON if not given)
//   retry_after    seconds, as the header Retry-After of whatever is answered
//   delay_ms       before it is answered, or reset
//   keep           true: events that would be taken are recorded although the answer is another one
//   count          for how many requests; absent: until changed
//   pixel          only for requests of this event_source_id or pixel_code
//   event          only for requests that hold an event of this event_id or name
//
// Each pixel has a control of its own beside the one without `pixel`, and goes by its own first. A
// new one takes the place of its pixel's (or, without `pixel`, of the common) control; one that
// only names its pixel, or is {}, ends it.
#pragma once

#include "posted.hpp"

#include <gatepost/core/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::sandbox {

struct control {
    enum class behaviour { ok, reset, hang };
    behaviour mode = behaviour::ok;
    std::int64_t code = 0;
    std::string message = "set by /_control";
    std::vector<std::int64_t> failed_events;
    unsigned status = 200;
    std::optional<std::string> body;
    std::string content_type = "application/json";
    std::optional<std::int64_t> retry_after;
    std::chrono::milliseconds delay{0};
    bool keep = false;
    std::optional<std::int64_t> count;
    std::string pixel;
    std::string event;

    // Whether the body does not decide what is answered.
    bool answers() const { return code != 0 || status != 200 || body.has_value(); }
};

// invalid_json, or invalid_control for what is no control, unknown members among it.
core::input_result<control> read_control(std::string body);

class controls {
  public:
    void set(control next);
    // The one that a request goes by, counted down.
    control take(const posted& request);

  private:
    std::map<std::string, control, std::less<>> by_pixel_; // "": the common one
};

} // namespace gatepost::sandbox
