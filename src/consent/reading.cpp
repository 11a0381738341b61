#include "reading.hpp"

namespace gatepost::consent {

int strictness(state value) {
    switch (value) {
    case state::granted:
        return 0;
    case state::implied:
        return 1;
    case state::undecided:
        return 2;
    case state::unreadable:
        return 3;
    case state::denied:
        break;
    }
    return 4;
}

} // namespace gatepost::consent
