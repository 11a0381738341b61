# gatepost_embed(VARIABLE INPUT file NAMESPACE name FUNCTION name HEADER name)
#
# Makes a file part of the program. VARIABLE becomes the name of a source that defines
# `std::string_view FUNCTION()` of NAMESPACE, as HEADER declares it: the text of the file when the
# program was built.
#
# The same file is the script that writes the source: an array of bytes, because string literals have
# a length limit and arrays have none.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(gatepost_embed variable)
    cmake_parse_arguments(EMBED "" "INPUT;NAMESPACE;FUNCTION;HEADER" "" ${ARGN})
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${EMBED_FUNCTION}.cpp)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${EMBED_INPUT} -DOUTPUT=${output} -DNAMESPACE=${EMBED_NAMESPACE}
              -DFUNCTION=${EMBED_FUNCTION} -DHEADER=${EMBED_HEADER} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      DEPENDS ${EMBED_INPUT} ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      VERBATIM)
    set(${variable} ${output} PARENT_SCOPE)
  endfunction()
  return()
endif()

file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace ${NAMESPACE} {
namespace {

constexpr unsigned char bytes[] = {
${bytes}
};

} // namespace

std::string_view ${FUNCTION}() {
    return {reinterpret_cast<const char*>(bytes), sizeof bytes};
}

} // namespace ${NAMESPACE}
")
