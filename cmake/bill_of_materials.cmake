# gatepost.spdx.json and gatepost.notices.txt, made after the program from what it was built of. Only where
# Debian's packages can be asked.
find_program(GATEPOST_DPKG dpkg-query)
find_package(Python3 COMPONENTS Interpreter)
if(NOT GATEPOST_DPKG OR NOT Python3_FOUND OR NOT CMAKE_GENERATOR STREQUAL "Ninja")
  message(STATUS "No bill of materials: it needs Debian's dpkg-query, Python and Ninja")
  return()
endif()

find_program(GATEPOST_LINKER ld.lld-16 REQUIRED)
set(bill ${CMAKE_BINARY_DIR}/gatepost.spdx.json)
set(notices ${CMAKE_BINARY_DIR}/gatepost.notices.txt)
set(linker_record ${CMAKE_BINARY_DIR}/gatepost.link.d)
set(materials ${CMAKE_SOURCE_DIR}/cmake/materials)

target_link_options(gatepost PRIVATE LINKER:--dependency-file=${linker_record})
add_custom_command(OUTPUT ${bill} ${notices}
  COMMAND ${Python3_EXECUTABLE} -B ${materials}/bill.py --build ${CMAKE_BINARY_DIR} --source ${CMAKE_SOURCE_DIR}
          --ninja ${CMAKE_MAKE_PROGRAM} --linker-record ${linker_record} --version ${PROJECT_VERSION}
          --commit ${GATEPOST_COMMIT} --created ${GATEPOST_COMMIT_TIME} --tool ${CMAKE_CXX_COMPILER} --tool ${GATEPOST_LINKER}
          --bill ${bill} --notices ${notices}
  DEPENDS gatepost ${materials}/bill.py ${materials}/debian.py ${materials}/notices.py ${materials}/program.py
          ${materials}/licences.json
  COMMENT "Listing what the program is made of"
  VERBATIM)
add_custom_target(gatepost_bill ALL DEPENDS ${bill})
install(FILES ${bill} ${notices} LICENSE DESTINATION share/doc/gatepost)
