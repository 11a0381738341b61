#include <gatepost/ledger/registry.hpp>

namespace gatepost::ledger {
namespace {

class category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "gatepost.ledger"; }

    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
        case errc::io:
            return "the ledger's disk or database failed";
        case errc::closed:
            return "the ledger is closed";
        case errc::wrong_key:
            return "the registry was made under another identity key";
        case errc::newer_version:
            return "the registry was written by a newer version";
        case errc::not_a_registry:
            return "the file is not a registry, or it is damaged: restore it and identity.key from "
                   "a backup; moving it away would forget every withdrawal";
        case errc::owned:
            return "another process writes this audit trail";
        case errc::lost:
            return "the registry is missing or empty, and there was one: restore it and "
                   "identity.key from a backup. Removing registry.made and what else is left of it "
                   "begins a new one, and everybody who withdrew is sent again";
        }
        return "unknown ledger error";
    }
};

} // namespace

const boost::system::error_category& ledger_category() {
    static const category instance;
    return instance;
}

core::error_code make_error_code(errc value) {
    return {static_cast<int>(value), ledger_category()};
}

} // namespace gatepost::ledger
