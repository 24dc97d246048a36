# What every target is compiled and linked with.
add_library(tomograph_options INTERFACE)
target_compile_definitions(tomograph_options INTERFACE TOMOGRAPH_VERSION="${PROJECT_VERSION}")
target_compile_options(tomograph_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fno-omit-frame-pointer)

# std::stable_sort and std::inplace_merge of libstdc++ 12 use a function that the standard deprecated; clang says so where
# they are instantiated.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(tomograph_options INTERFACE -Wno-deprecated-declarations)
endif()

# The baseline is x86-64-v2 (2009 and later): CRC-32C in hardware. Wider kernels dispatch at run time.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_compile_options(tomograph_options INTERFACE -march=x86-64-v2)
endif()

if(TOMOGRAPH_SANITIZE)
    target_compile_options(tomograph_options INTERFACE
        -fsanitize=${TOMOGRAPH_SANITIZE} -fno-sanitize-recover=all -g)
    target_link_options(tomograph_options INTERFACE -fsanitize=${TOMOGRAPH_SANITIZE})
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(tomograph_options INTERFACE
        -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    target_link_options(tomograph_options INTERFACE
        -pie -Wl,-z,relro,-z,now,-z,noexecstack -static-libstdc++ -static-libgcc)
endif()

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
endif()

# mold links in a fraction of the time; the default linker does as well.
find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

# The allocator of programs that take traffic. Decoding and sealing allocate much and free in bulk: with jemalloc a
# span costs a third less CPU than with glibc's malloc (bench/engine), and what is freed goes back to the system.
# Sanitizers bring their own.
add_library(tomograph_allocator INTERFACE)
find_library(JEMALLOC libjemalloc_pic.a)
if(JEMALLOC AND NOT TOMOGRAPH_SANITIZE)
    target_link_libraries(tomograph_allocator INTERFACE ${JEMALLOC} ${CMAKE_DL_LIBS} m)
endif()
