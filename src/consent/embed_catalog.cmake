# Writes INPUT as an array of bytes into OUTPUT: string literals have a length limit, arrays have
# none. The name is declared in built_in_catalog.hpp.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"built_in_catalog.hpp\"

namespace gatepost::consent {
namespace {

constexpr unsigned char bytes[] = {
${bytes}
};

} // namespace

std::string_view built_in_yaml() {
    return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

} // namespace gatepost::consent
")
