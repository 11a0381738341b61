// How much the writer does for an errand between two commits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gatepost::spool {

// At most 256 rows and about 1 MiB of them, as they count towards max_bytes; one is always taken.
class step_size {
  public:
    bool takes(std::uint64_t bytes) {
        constexpr std::size_t most_rows = 256;
        constexpr std::uint64_t most_bytes = 1 << 20;
        bytes_ += bytes;
        return ++rows_ <= most_rows && (rows_ == 1 || bytes_ <= most_bytes);
    }

  private:
    std::size_t rows_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace gatepost::spool
