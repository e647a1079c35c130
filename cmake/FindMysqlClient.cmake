# Finds the MySQL C API: Oracle's libmysqlclient or MariaDB Connector/C, whichever is installed.
# Defines the target MysqlClient::MysqlClient.
find_package(PkgConfig REQUIRED)
pkg_search_module(PC_MYSQL QUIET IMPORTED_TARGET mysqlclient libmariadb mariadb)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MysqlClient REQUIRED_VARS PC_MYSQL_FOUND VERSION_VAR PC_MYSQL_VERSION)

if(MysqlClient_FOUND AND NOT TARGET MysqlClient::MysqlClient)
  add_library(MysqlClient::MysqlClient ALIAS PkgConfig::PC_MYSQL)
endif()
