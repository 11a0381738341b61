// What is absent stays absent: never null, "" or {} (TikTok refuses some of them, and none says
// anything).
#pragma once

#include <gatepost/core/json.hpp>

#include <string_view>

namespace gatepost::tiktok {

// A member that is an object, written from its first own member on and not at all without one. It
// ends when it goes out of scope; objects within it must have ended by then.
class sparse_object {
  public:
    sparse_object(core::json::writer& out, std::string_view name) : out_(out), name_(name) {}
    sparse_object(sparse_object& within, std::string_view name)
        : out_(within.out_), within_(&within), name_(name) {}
    sparse_object(const sparse_object&) = delete;
    sparse_object& operator=(const sparse_object&) = delete;
    ~sparse_object() {
        if (begun_) {
            out_.end_object();
        }
    }

    // For exactly one value, that of the member of this name.
    core::json::writer& key(std::string_view name) {
        begin();
        return out_.key(name);
    }
    void text(std::string_view name, std::string_view text) {
        if (!text.empty()) {
            key(name).string(text);
        }
    }

  private:
    void begin() {
        if (begun_) {
            return;
        }
        if (within_ != nullptr) {
            within_->begin();
        }
        out_.key(name_).begin_object();
        begun_ = true;
    }

    core::json::writer& out_;
    sparse_object* within_ = nullptr;
    std::string_view name_;
    bool begun_ = false;
};

} // namespace gatepost::tiktok
