# gatepost_layer(NAME [USES layer...] [LIBRARIES target...] [PRIVATE_LIBRARIES target...] SOURCES file...)
#
# One folder, one namespace, one static library. USES names the layers it may include; the table in
# docs/architecture.md says which are allowed, and the test `layers` compares the includes with it.
function(gatepost_layer name)
  cmake_parse_arguments(LAYER "" "" "USES;LIBRARIES;PRIVATE_LIBRARIES;SOURCES" ${ARGN})
  add_library(gatepost_${name} STATIC ${LAYER_SOURCES})
  target_include_directories(gatepost_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(gatepost_${name} PUBLIC gatepost_flags ${LAYER_LIBRARIES} PRIVATE ${LAYER_PRIVATE_LIBRARIES})
  foreach(used IN LISTS LAYER_USES)
    target_link_libraries(gatepost_${name} PUBLIC gatepost_${used})
  endforeach()
endfunction()
