#include <gatepost/core/clock.hpp>

namespace gatepost::core {
namespace {

class machine_clock final : public clock {
  public:
    wall_time wall() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
    steady_time steady() const override { return std::chrono::steady_clock::now(); }
};

} // namespace

const clock& system_clock() {
    static const machine_clock instance;
    return instance;
}

} // namespace gatepost::core
