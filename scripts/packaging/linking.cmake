# How libraries are linked: perfwrap::fmt, perfwrap::libbpf, and perfwrap::linking for the program itself.
add_library(perfwrap_linking INTERFACE)
add_library(perfwrap::linking ALIAS perfwrap_linking)

if(NOT PERFWRAP_SELF_CONTAINED)
  add_library(perfwrap::fmt ALIAS fmt::fmt)
  add_library(perfwrap::libbpf ALIAS PkgConfig::LIBBPF)
  return()
endif()

# Only glibc stays a shared library: a static one could not look up users (NSS) without the same version of glibc at run time. The
# program needs only three functions of libm, and starts faster if they are linked statically.
# Debian has no archive of fmt, but a header-only version.
add_library(perfwrap::fmt ALIAS fmt::fmt-header-only)

# The archives that libbpf needs, each before those that it depends on.
add_library(perfwrap_libbpf INTERFACE)
add_library(perfwrap::libbpf ALIAS perfwrap_libbpf)
target_include_directories(perfwrap_libbpf SYSTEM INTERFACE ${LIBBPF_INCLUDE_DIRS})
foreach(archive bpf elf z)
  find_library(PERFWRAP_LIB${archive}_ARCHIVE lib${archive}.a)
  if(NOT PERFWRAP_LIB${archive}_ARCHIVE)
    message(FATAL_ERROR "lib${archive}.a is missing (scripts/setup installs it on Debian); or link shared libraries: -DPERFWRAP_SELF_CONTAINED=OFF")
  endif()
  target_link_libraries(perfwrap_libbpf INTERFACE ${PERFWRAP_LIB${archive}_ARCHIVE})
endforeach()

# Builds are identical in any directory. Square roots are compiled to an instruction: the function in libm.a sets errno, with a symbol
# that only glibc itself may link to.
add_compile_options(-ffunction-sections -fdata-sections -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -fno-math-errno)
target_link_options(perfwrap_linking INTERFACE
  -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,--hash-style=gnu)
target_link_libraries(perfwrap_linking INTERFACE -Wl,--push-state,-Bstatic,-lstdc++,-lm,--pop-state)

# The headers are those of the host: what they declare and the older glibc lacks is in older_glibc.c, or undefined at link time.
if(PERFWRAP_GLIBC)
  if(NOT EXISTS ${PERFWRAP_GLIBC}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libc.so)
    message(FATAL_ERROR "PERFWRAP_GLIBC=${PERFWRAP_GLIBC} does not contain a glibc to link against; scripts/packaging/sysroot fetches one, and -DPERFWRAP_GLIBC= selects the host's")
  endif()
  target_sources(perfwrap_linking INTERFACE ${CMAKE_CURRENT_LIST_DIR}/older_glibc.c)
  target_link_options(perfwrap_linking INTERFACE --sysroot=${PERFWRAP_GLIBC} -B${PERFWRAP_GLIBC}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
  target_link_libraries(perfwrap_linking INTERFACE -lpthread)
endif()
