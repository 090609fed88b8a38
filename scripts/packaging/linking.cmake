# How libraries come in: perfwrap::fmt, perfwrap::libbpf, and perfwrap::linking for the program itself.
add_library(perfwrap_linking INTERFACE)
add_library(perfwrap::linking ALIAS perfwrap_linking)

if(NOT PERFWRAP_SELF_CONTAINED)
  add_library(perfwrap::fmt ALIAS fmt::fmt)
  add_library(perfwrap::libbpf ALIAS PkgConfig::LIBBPF)
  return()
endif()

# glibc alone stays a shared library: a static one could not look up users (NSS) without the very same glibc at run time. Of its
# libm the program needs three functions: without a library for them it starts faster.
# Debian has no archive of fmt, but all of it in headers.
add_library(perfwrap::fmt ALIAS fmt::fmt-header-only)

# The archives that libbpf needs, in the order in which they need each other.
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

# The same bytes wherever they are built. A square root is an instruction: libm.a's sets errno, to which only glibc itself may link.
add_compile_options(-ffunction-sections -fdata-sections -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -fno-math-errno)
target_link_options(perfwrap_linking INTERFACE
  -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--as-needed -Wl,-z,relro,-z,now -Wl,--hash-style=gnu)
target_link_libraries(perfwrap_linking INTERFACE -Wl,--push-state,-Bstatic,-lstdc++,-lm,--pop-state)

# Headers stay the host's: what they promise and the older glibc lacks is in older_glibc.c, or else undefined to the linker.
if(PERFWRAP_GLIBC)
  if(NOT EXISTS ${PERFWRAP_GLIBC}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libc.so)
    message(FATAL_ERROR "PERFWRAP_GLIBC=${PERFWRAP_GLIBC} holds no glibc to link against; scripts/packaging/sysroot fetches one, and -DPERFWRAP_GLIBC= takes the host's")
  endif()
  target_sources(perfwrap_linking INTERFACE ${CMAKE_CURRENT_LIST_DIR}/older_glibc.c)
  target_link_options(perfwrap_linking INTERFACE --sysroot=${PERFWRAP_GLIBC} -B${PERFWRAP_GLIBC}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
  target_link_libraries(perfwrap_linking INTERFACE -lpthread)
endif()
