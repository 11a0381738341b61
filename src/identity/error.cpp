#include <gatepost/identity/error.hpp>

#include <boost/system/error_category.hpp>

namespace gatepost::identity {
namespace {

class category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "gatepost.identity"; }
    std::string message(int) const override { return "the key file is not 64 hex digits"; }
};

} // namespace

const boost::system::error_category& identity_category() {
    static const category instance;
    return instance;
}

core::error_code make_error_code(errc value) {
    return {static_cast<int>(value), identity_category()};
}

} // namespace gatepost::identity
