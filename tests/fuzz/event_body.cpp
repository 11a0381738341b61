// Whatever an application posts is judged or refused; what passes the gate is as TikTok wants it,
// under whatever options.

#include "json_mutator.hpp"
#include "sealed.hpp"

#include <cstdint>
#include <string>

using namespace gatepost;

namespace {

// The first byte chooses the format, the second the options.
constexpr std::size_t head = 2;

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
    return fuzz::mutate_json(data, size, most, seed, head);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < head) {
        return 0;
    }
    const auto format = data[0] % 2 == 0 ? event::body_format::json : event::body_format::ndjson;
    auto posted = event::decode_body(
        std::string(reinterpret_cast<const char*>(data + head), size - head), format);
    if (posted) {
        fuzz::check_judged(*std::move(posted), data[1]);
    }
    return 0;
}
