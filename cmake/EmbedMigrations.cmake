# notifier_embed_migrations(TARGET FOLDER ARRAY): compiles the numbered .sql files of FOLDER into TARGET as ARRAY, a std::array
# of notifier::Migration in the order of the files' names. ARRAY is a qualified name; the generated header bears its last part:
# `notifier::mysql::migrations` is declared in "migrations.hpp".
function(notifier_embed_migrations target folder array)
  string(REGEX MATCH "^(.*)::([a-z_]+)$" matched "${array}")
  set(namespace "${CMAKE_MATCH_1}")
  set(variable "${CMAKE_MATCH_2}")
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.sql")
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    get_filename_component(name "${file}" NAME_WE)
    set(is_compatible false)
    if(file MATCHES "\\.compatible\\.sql$")
      set(is_compatible true)
    endif()
    file(READ "${file}" sql)
    string(APPEND entries "    {\"${name}\", R\"migration(${sql})migration\", ${is_compatible}},\n")
  endforeach()
  list(LENGTH files count)
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/generated/${variable}.hpp" @ONLY CONTENT [[
#pragma once

#include <array>

#include "storage/sql/migration.hpp"

namespace @namespace@ {

inline constexpr std::array<Migration, @count@> @variable@{{
@entries@}};

}  // namespace @namespace@
]])
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/generated")
endfunction()
