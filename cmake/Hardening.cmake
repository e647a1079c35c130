# notifier_harden(TARGET): compiles and links the release build of all that links TARGET, an interface, with what Debian's
# hardening has: what overflows a buffer or a stack, or jumps to where nothing begins, ends the process instead of commanding it.
# `tools/dev/check-hardening` looks at the executable. Sanitizers look at the same more closely, and bear no _FORTIFY_SOURCE.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)

function(notifier_harden target)
  set(is_release $<CONFIG:Release>)
  set(compile_options -fstack-protector-strong)
  foreach(option -fstack-clash-protection -fcf-protection=full)
    string(MAKE_C_IDENTIFIER "has${option}" is_known)
    check_cxx_compiler_flag(${option} ${is_known})
    if(${is_known})
      list(APPEND compile_options ${option})
    endif()
  endforeach()

  # Level 3 needs a C library that has it, which says so when it is asked for more than it has.
  set(level 2)
  set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_cxx_source_compiles("#include <cstring>\nint main(int, char** argv) { return static_cast<int>(std::strlen(argv[0])); }"
    has_fortify_source_3)
  if(has_fortify_source_3)
    set(level 3)
  endif()
  list(APPEND compile_options -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})

  set(is_shared $<STREQUAL:$<TARGET_PROPERTY:TYPE>,SHARED_LIBRARY>)
  target_compile_options(${target} INTERFACE "$<${is_release}:${compile_options}>" "$<$<AND:${is_release},$<NOT:${is_shared}>>:-fPIE>")
  target_link_options(${target} INTERFACE "$<${is_release}:-Wl,-z,relro;-Wl,-z,now;-Wl,-z,noexecstack>"
    "$<$<AND:${is_release},$<NOT:${is_shared}>>:-pie>")
endfunction()
