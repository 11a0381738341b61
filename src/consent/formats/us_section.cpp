#include "us_section.hpp"

#include "bit_reader.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <optional>

namespace gatepost::consent {
namespace {

enum class extra { typed, sensitive_data };

// Every core segment begins with its version and a few notices (`before` bits in all). Then come
// fields of two bits each: the opt-outs of sale, sharing and targeted advertising, as far as the
// law knows them, the kinds of sensitive data, the known-child consents and a few more.
struct layout {
    std::uint32_t id;
    unsigned version; // the highest that is laid out like this
    unsigned before;
    unsigned opt_outs;
    unsigned sensitive;
    unsigned children;
    unsigned after;
    extra segment; // what stands after the core

    constexpr unsigned bits() const {
        return before + 2 * (opt_outs + sensitive + children + after);
    }
};

// As the IAB's own encoder (@iabgpp/cmpapi 3.2) writes them. For Maryland, Indiana, Kentucky and
// Rhode Island the published text asks for a header before the section that no encoder writes.
constexpr layout layouts[] = {
    {7, 2, 18, 3, 16, 3, 4, extra::typed},
    {8, 1, 12, 2, 9, 2, 4, extra::typed},           // California
    {9, 1, 12, 2, 8, 1, 3, extra::typed},           // Virginia
    {10, 1, 12, 2, 7, 1, 3, extra::typed},          // Colorado
    {11, 1, 14, 2, 8, 1, 3, extra::typed},          // Utah
    {12, 1, 12, 2, 8, 3, 3, extra::typed},          // Connecticut
    {13, 1, 12, 2, 8, 3, 4, extra::typed},          // Florida
    {14, 1, 12, 2, 8, 3, 4, extra::typed},          // Montana
    {15, 1, 12, 2, 11, 3, 4, extra::typed},         // Oregon
    {16, 1, 12, 2, 8, 1, 4, extra::typed},          // Texas
    {17, 1, 12, 2, 9, 5, 4, extra::typed},          // Delaware
    {18, 1, 14, 2, 8, 1, 3, extra::typed},          // Iowa
    {19, 1, 12, 2, 8, 1, 4, extra::typed},          // Nebraska
    {20, 1, 12, 2, 8, 3, 4, extra::typed},          // New Hampshire
    {21, 1, 12, 2, 10, 5, 4, extra::typed},         // New Jersey
    {22, 1, 12, 2, 8, 1, 4, extra::typed},          // Tennessee
    {23, 1, 12, 2, 8, 1, 4, extra::typed},          // Minnesota
    {24, 1, 16, 2, 0, 0, 1, extra::typed},          // Maryland
    {25, 1, 16, 2, 0, 1, 1, extra::sensitive_data}, // Indiana
    {26, 1, 16, 2, 0, 1, 1, extra::sensitive_data}, // Kentucky
    {27, 1, 16, 2, 0, 1, 1, extra::sensitive_data}, // Rhode Island
};

// The national section as it was before it grew, told by its length: encoders wrote version 1 into
// the longer one as well.
constexpr layout first_national{7, 1, 18, 3, 12, 2, 4, extra::typed};

// Reads fields of two bits; calls `each` with their values.
template <class Visit>
void read_fields(bit_reader& bits, unsigned count, Visit&& each) {
    for (; count > 0; --count) {
        each(bits.read(2));
    }
}

struct core_segment {
    consent::state state = state::undecided;
    bool known_child = false;
};

std::optional<core_segment> read_core(std::string_view text, std::uint32_t id) {
    bit_reader bits(text);
    const layout* fields = std::ranges::find(layouts, id, &layout::id);
    const bool is_short = id == first_national.id && bits.size() < fields->bits();
    if (is_short) {
        fields = &first_national;
    }
    const auto version = bits.read(6);
    if (version == 0 || version > fields->version) {
        return std::nullopt;
    }
    bits.skip(fields->before - 6);
    core_segment result;
    read_fields(bits, fields->opt_outs, [&](std::uint64_t value) {
        if (value == 1 || value == 3) { // 3 is undefined: the cautious reading
            result.state = state::denied;
        } else if (value == 2 && result.state == state::undecided) {
            result.state = state::implied;
        }
    });
    bits.skip(std::size_t{2} * fields->sensitive);
    read_fields(bits, fields->children,
                [&](std::uint64_t value) { result.known_child |= value != 0; });
    bits.skip(std::size_t{2} * fields->after);
    // Some encoders do not fill up the ten characters of the short national section.
    const bool whole = bits.rest() != no_padding || (is_short && bits.position() == bits.size());
    return whole && !bits.failed() ? std::optional(result) : std::nullopt;
}

// What stands after the core: at most one GPC segment, or of three states the kinds of sensitive
// data, which matter to no decision. Segments of an unknown kind are passed over.
bool read_extra_segments(std::string_view rest, extra kind, bool& gpc) {
    constexpr std::uint64_t gpc_kind = 1;
    constexpr std::size_t sensitive_bits = 16;
    unsigned kinds = 0;
    while (!rest.empty()) {
        bit_reader bits(core::next_field(rest, '.'));
        unsigned type = 0;
        if (kind == extra::sensitive_data) {
            bits.skip(sensitive_bits);
        } else if (type = static_cast<unsigned>(bits.read(2)); type == gpc_kind) {
            gpc |= bits.read_flag();
        }
        const bool known = kind == extra::sensitive_data || type == gpc_kind;
        if (bits.failed() || (kinds & (1U << type)) != 0 || (known && bits.rest() == no_padding)) {
            return false;
        }
        kinds |= 1U << type;
    }
    return true;
}

} // namespace

us_section read_us_section(std::uint32_t id, std::string_view text) {
    us_section result;
    auto rest = text;
    const auto core = read_core(core::next_field(rest, '.'), id);
    const auto* fields = std::ranges::find(layouts, id, &layout::id);
    const bool extras = read_extra_segments(rest, fields->segment, result.gpc);
    if (core && extras && !text.ends_with('.')) {
        result.state = core->state;
        result.known_child = core->known_child;
    }
    return result;
}

} // namespace gatepost::consent
