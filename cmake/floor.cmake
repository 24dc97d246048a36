# floor(<name> [USES <floor>...] [LINKS <third-party>...] SOURCES <file>...)
#
# One floor of the house: a static library `tomograph_<name>` made of src/<name>/<file>..., and, when
# tests/<name>/ holds *_test.cpp files, its test binary `<name>_test`. USES names the floors below that
# this one may include; tests/tidy/tidy.py reads the same lines and rejects any other include.
# LINKS names libraries that only this floor's sources see.
function(floor name)
    cmake_parse_arguments(FLOOR "" "" "USES;LINKS;SOURCES" ${ARGN})
    list(TRANSFORM FLOOR_SOURCES PREPEND "${PROJECT_SOURCE_DIR}/src/${name}/")
    add_library(tomograph_${name} STATIC ${FLOOR_SOURCES})
    target_include_directories(tomograph_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    foreach(used IN LISTS FLOOR_USES)
        target_link_libraries(tomograph_${name} PUBLIC tomograph_${used})
    endforeach()
    target_link_libraries(tomograph_${name} PUBLIC tomograph_options PRIVATE ${FLOOR_LINKS})

    file(GLOB_RECURSE tests CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${name}/*_test.cpp")
    if(TOMOGRAPH_TESTS AND tests)
        add_executable(${name}_test ${tests})
        # __FILE__ is not absolute under every compiler cache, so tests that read files learn their folder here.
        set(goldens ${tests})
        list(FILTER goldens INCLUDE REGEX "/goldens_test\\.cpp$")
        foreach(golden IN LISTS goldens)
            cmake_path(GET golden PARENT_PATH folder)
            set_source_files_properties("${golden}" PROPERTIES COMPILE_DEFINITIONS "GOLDENS_FOLDER=\"${folder}\"")
        endforeach()
        target_link_libraries(${name}_test PRIVATE tomograph_${name} tomograph_test_main ${FLOOR_LINKS})
        add_test(NAME ${name} COMMAND ${name}_test)
        set_tests_properties(${name} PROPERTIES TIMEOUT 120)
    endif()
endfunction()
