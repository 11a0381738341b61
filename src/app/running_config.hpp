// The configuration that the daemon runs by, for whoever asks on whichever thread.
#pragma once

#include <gatepost/config/config.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace gatepost::app {

class running_config {
  public:
    explicit running_config(config::config first)
        : now_(std::make_shared<const config::config>(std::move(first))) {}

    std::shared_ptr<const config::config> get() const {
        const std::lock_guard lock(guard_);
        return now_;
    }
    void use(std::shared_ptr<const config::config> newest) {
        const std::lock_guard lock(guard_);
        now_ = std::move(newest);
    }

  private:
    mutable std::mutex guard_;
    std::shared_ptr<const config::config> now_;
};

} // namespace gatepost::app
