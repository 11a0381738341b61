#include <gatepost/tiktok/event_names.hpp>

#include <catch2/catch.hpp>

using namespace gatepost::tiktok;

TEST_CASE("event names: those of Google Analytics 4 and Segment become TikTok's") {
    const auto [theirs, ours] = GENERATE(table<std::string, std::string>({
        {"add_payment_info", "AddPaymentInfo"},
        {"add_to_cart", "AddToCart"},
        {"add_to_wishlist", "AddToWishlist"},
        {"begin_checkout", "InitiateCheckout"},
        {"purchase", "Purchase"},
        {"generate_lead", "Lead"},
        {"sign_up", "CompleteRegistration"},
        {"search", "Search"},
        {"view_item", "ViewContent"},
        {"Order Completed", "Purchase"},
        {"Product Added", "AddToCart"},
        {"Product Added to Wishlist", "AddToWishlist"},
        {"Product Viewed", "ViewContent"},
        {"Products Searched", "Search"},
        {"Checkout Started", "InitiateCheckout"},
        {"Payment Info Entered", "AddPaymentInfo"},
        {"Signed Up", "CompleteRegistration"},
        {"Trial Started", "StartTrial"},
    }));
    CHECK(mapped_name(theirs) == ours);
}

TEST_CASE("event names: every other name stays, in the case it has") {
    const auto name = GENERATE(as<std::string>(), "", "Purchase", "PURCHASE", "Add_To_Cart",
                               "order completed", "CompletePayment", "my_event", "Pageview");
    CHECK(mapped_name(name) == name);
}

TEST_CASE("event names: a page view by another tool's name is known, TikTok's own is none") {
    CHECK(is_foreign_page_view("page_view"));
    CHECK(is_foreign_page_view("PageView"));
    CHECK(is_foreign_page_view("Page Viewed"));
    CHECK(is_foreign_page_view("pageview"));
    CHECK_FALSE(is_foreign_page_view("Pageview"));
    CHECK_FALSE(is_foreign_page_view("ViewContent"));
    CHECK_FALSE(is_foreign_page_view(""));
}
