#include <gatepost/core/secret_string.hpp>

#include <cstring>

namespace gatepost::core {

void wipe(std::string& text) {
    // Short strings live inside the object and long ones may hold more than size(): all of it goes.
    text.resize(text.capacity());
    explicit_bzero(text.data(), text.size());
    text.clear();
}

} // namespace gatepost::core
