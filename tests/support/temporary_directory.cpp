#include <cerrno>
#include <cstdlib>
#include <support/temporary_directory.hpp>
#include <system_error>

namespace gatepost::test {

temporary_directory::temporary_directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "gatepost-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    path_ = pattern;
}

temporary_directory::~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace gatepost::test
