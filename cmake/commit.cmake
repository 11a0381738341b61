# Which commit is built, and when it was made (seconds since 1970): the program says the first, the bill of
# materials both. Where the checkout is not at hand, as in an image's build, the environment tells.
foreach(asked IN ITEMS "GATEPOST_COMMIT|rev-parse;--short=12;HEAD" "GATEPOST_COMMIT_TIME|log;-1;--format=%ct")
  string(REPLACE "|" ";" asked "${asked}")
  list(POP_FRONT asked variable)
  execute_process(
    COMMAND git ${asked}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    OUTPUT_VARIABLE ${variable} OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endforeach()
if(NOT GATEPOST_COMMIT)
  set(GATEPOST_COMMIT $ENV{GATEPOST_COMMIT})
endif()
if(NOT GATEPOST_COMMIT)
  set(GATEPOST_COMMIT unknown)
endif()
# What distributions and reproducible-builds.org set for this.
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(GATEPOST_COMMIT_TIME $ENV{SOURCE_DATE_EPOCH})
endif()
if(NOT GATEPOST_COMMIT_TIME)
  set(GATEPOST_COMMIT_TIME 0)
endif()
