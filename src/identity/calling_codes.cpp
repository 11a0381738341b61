#include "calling_codes.hpp"

#include <gatepost/core/text.hpp>

#include <array>
#include <cstdint>

namespace gatepost::identity {
namespace {

// Countries whose trunk prefix is 0 (ITU-T, national numbering plans; compared with
// libphonenumber).
constexpr std::string_view with_trunk_zero =
    "20 27 31 32 33 40 41 43 44 46 49 51 53 54 55 57 58 60 61 62 63 64 66 81 82 84 86 90 91 92 93 "
    "94 95 98 211 212 213 218 231 232 233 234 243 249 251 252 254 255 256 260 261 262 263 264 265 "
    "291 353 355 358 359 370 373 374 377 380 381 382 383 385 386 387 389 421 423 508 590 591 593 "
    "594 595 596 686 850 855 856 880 886 961 962 963 964 966 967 970 971 972 976 977 994 995 996";

// Countries without a trunk prefix or with another one, and the codes of satellites and
// international services.
constexpr std::string_view without_trunk_zero =
    "1 7 30 34 36 45 48 52 56 65 216 220 221 222 223 224 228 230 235 236 237 238 239 240 244 "
    "245 246 248 253 257 258 266 269 290 297 298 299 350 351 352 354 356 357 371 372 375 376 "
    "420 500 501 502 503 504 505 506 507 509 592 597 599 670 672 673 674 675 677 678 680 681 "
    "682 683 685 688 689 690 691 692 800 808 852 870 878 881 882 883 888 960 965 968 973 974 "
    "975 979 993 998";

// Countries some of whose numbers begin with 0, which stays (found with libphonenumber).
constexpr std::string_view with_leading_zero =
    "39 47 225 226 227 229 241 242 247 250 267 268 378 598 676 679 687 853 992";

struct entry {
    std::uint8_t length = 0;
    zero first = zero::never;
};

constexpr int index_of(char a, char b, char c) {
    return (a - '0') * 100 + (b - '0') * 10 + (c - '0');
}

// By the first three digits of the number.
using table = std::array<entry, 1000>;

constexpr void add(table& codes, std::string_view list, zero first) {
    while (!list.empty()) {
        const auto code = list.substr(0, list.find(' '));
        list.remove_prefix(code.size() < list.size() ? code.size() + 1 : list.size());
        const auto digit = [&](std::size_t i, char other) {
            return i < code.size() ? code[i] : other;
        };
        for (int i = index_of(code[0], digit(1, '0'), digit(2, '0'));
             i <= index_of(code[0], digit(1, '9'), digit(2, '9')); ++i) {
            if (codes[static_cast<std::size_t>(i)].length != 0) {
                throw "a code is the beginning of another"; // fails the compilation
            }
            codes[static_cast<std::size_t>(i)] = {static_cast<std::uint8_t>(code.size()), first};
        }
    }
}

constexpr table make_table() {
    table codes{};
    add(codes, with_trunk_zero, zero::trunk);
    add(codes, without_trunk_zero, zero::never);
    add(codes, with_leading_zero, zero::stays);
    return codes;
}

constexpr table codes = make_table();

} // namespace

calling_code calling_code_of(std::string_view digits) {
    if (digits.size() < 3) {
        return {};
    }
    const auto found = codes[static_cast<std::size_t>(index_of(digits[0], digits[1], digits[2]))];
    return {.digits = digits.substr(0, found.length), .first = found.first};
}

} // namespace gatepost::identity
