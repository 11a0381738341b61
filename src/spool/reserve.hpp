// Space on the disk that is kept for settling, so that a full disk can drain.
//
// What was delivered must be recorded even when nothing fits any more: then the reserve is given
// back to the disk and the settlement is tried again. Until the reserve can be made anew nothing is
// taken in.
#pragma once

#include <string>

namespace gatepost::spool {

class reserve {
  public:
    explicit reserve(std::string file);

    bool held() const { return held_; }
    // Allocates the space; false when the disk has not enough.
    bool take();
    // Gives it back; false when there was nothing to give.
    bool release();

  private:
    std::string file_;
    bool held_ = false;
};

} // namespace gatepost::spool
