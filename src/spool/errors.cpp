#include <gatepost/spool/queue.hpp>

namespace gatepost::spool {
namespace {

class category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "gatepost.spool"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::full:
            return "the spool is full";
        case errc::io:
            return "the spool's disk or database failed";
        case errc::closed:
            return "the spool is closed";
        case errc::owned:
            return "another process owns the spool's directory";
        case errc::newer_version:
            return "the spool was written by a newer version";
        case errc::not_a_spool:
            return "the file is not a spool, or it is damaged";
        case errc::quota:
            return "the pixel's share of the spool is used up";
        case errc::no_key:
            return "records in the spool are encrypted under a key that is not given";
        case errc::unreadable:
            return "records in the spool are damaged and cannot be read";
        }
        return "unknown spool error";
    }
};

} // namespace

const boost::system::error_category& spool_category() {
    static const category instance;
    return instance;
}

core::error_code make_error_code(errc value) {
    return {static_cast<int>(value), spool_category()};
}

} // namespace gatepost::spool
