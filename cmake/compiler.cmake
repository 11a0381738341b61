# Compiler choice, warnings, hardening and sanitizers. `gatepost_flags` is linked by every target.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles temporaries in expressions with co_await "
    "(double free at run time, GCC PR 107288 and PR 100611). Use clang-16 (the presets do) or GCC 13 and newer.")
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Dev: fast to compile, still quick to run. CMAKE_CXX_FLAGS_RELEASE keeps CMake's -O3 -DNDEBUG out of our way.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

add_library(gatepost_flags INTERFACE)
target_compile_features(gatepost_flags INTERFACE cxx_std_20)
target_compile_options(gatepost_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi
  -Wimplicit-fallthrough -Wcast-qual -fno-omit-frame-pointer -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(GATEPOST_WERROR)
  target_compile_options(gatepost_flags INTERFACE -Werror)
endif()

if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_link_options(gatepost_flags INTERFACE -fuse-ld=lld)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # The same code gives the same bytes wherever and whenever it is built; `./dev reproduce` compares.
  target_compile_options(gatepost_flags INTERFACE -Wdate-time)
  set_property(GLOBAL PROPERTY RULE_LAUNCH_COMPILE "${CMAKE_SOURCE_DIR}/cmake/from-here.sh ${CMAKE_SOURCE_DIR}")
  # tests/supply/hardening.sh reads from the program what of this is in it. Debian's start-up objects are not marked
  # for control-flow protection, so that the program is not either: it is there for a C library that is.
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  target_compile_options(gatepost_flags INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
    -D_GLIBCXX_ASSERTIONS -ftrivial-auto-var-init=zero)
  target_link_options(gatepost_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--build-id=sha1)
endif()

if(GATEPOST_SANITIZE)
  target_compile_options(gatepost_flags INTERFACE
    -fsanitize=${GATEPOST_SANITIZE} -fno-sanitize-recover=all
    -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/sanitizer-ignorelist.txt)
  target_link_options(gatepost_flags INTERFACE -fsanitize=${GATEPOST_SANITIZE})
endif()
