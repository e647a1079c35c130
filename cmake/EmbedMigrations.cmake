# notifier_embed_migrations(TARGET FOLDER NAMESPACE): compiles the numbered .sql files of FOLDER into TARGET as
# `NAMESPACE::migrations`, an array of {name, sql} in the order of their names, declared in "migrations.hpp" of the build folder.
function(notifier_embed_migrations target folder namespace)
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.sql")
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" sql)
    string(APPEND entries "    {\"${name}\", R\"migration(${sql})migration\"},\n")
  endforeach()
  list(LENGTH files count)
  set(header "${CMAKE_CURRENT_BINARY_DIR}/generated/migrations.hpp")
  file(CONFIGURE OUTPUT "${header}" @ONLY CONTENT [[
#pragma once

#include <array>
#include <string_view>

namespace @namespace@ {

struct Migration {
  std::string_view name;
  std::string_view sql;
};

inline constexpr std::array<Migration, @count@> migrations{{
@entries@}};

}  // namespace @namespace@
]])
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/generated")
endfunction()
