#include <gatepost/tiktok/event_names.hpp>

#include <algorithm>
#include <array>

namespace gatepost::tiktok {
namespace {

struct pair {
    std::string_view theirs;
    std::string_view ours;
};

constexpr std::array names{
    // Google Analytics 4, "recommended events", as TikTok's own server template reads them.
    pair{"add_payment_info", "AddPaymentInfo"},
    pair{"add_to_cart", "AddToCart"},
    pair{"add_to_wishlist", "AddToWishlist"},
    pair{"begin_checkout", "InitiateCheckout"},
    pair{"generate_lead", "Lead"},
    pair{"purchase", "Purchase"},
    pair{"search", "Search"},
    pair{"sign_up", "CompleteRegistration"},
    pair{"view_item", "ViewContent"},
    // Segment, "V2 Ecommerce Events", as Segment's and Cloudflare's TikTok destinations read them;
    // both use an older name for a completed order.
    pair{"Checkout Started", "InitiateCheckout"},
    pair{"Order Completed", "Purchase"},
    pair{"Payment Info Entered", "AddPaymentInfo"},
    pair{"Product Added", "AddToCart"},
    pair{"Product Added to Wishlist", "AddToWishlist"},
    pair{"Product Viewed", "ViewContent"},
    pair{"Products Searched", "Search"},
    // Segment, "B2B SaaS", by their meaning.
    pair{"Signed Up", "CompleteRegistration"},
    pair{"Trial Started", "StartTrial"},
};

// Google Analytics 4 and before, Meta, Segment, Shopify.
constexpr std::array<std::string_view, 7> page_views{
    "page_view", "pageview", "PageView", "pageView", "Page View", "Page Viewed", "page_viewed"};

} // namespace

std::string_view mapped_name(std::string_view name) {
    const auto found = std::ranges::find(names, name, &pair::theirs);
    return found == names.end() ? name : found->ours;
}

bool is_foreign_page_view(std::string_view name) {
    return std::ranges::find(page_views, name) != page_views.end();
}

} // namespace gatepost::tiktok
