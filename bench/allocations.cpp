#include "allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local gatepost::bench::allocations so_far;

} // namespace

namespace gatepost::bench {

allocations allocated() {
    return so_far;
}

} // namespace gatepost::bench

// The other forms of operator new that the program uses come here.
void* operator new(std::size_t size) {
    ++so_far.count;
    so_far.bytes += size;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
