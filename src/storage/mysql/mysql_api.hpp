#pragma once

// The one place that includes the C API, which is MariaDB Connector/C (it defines LIBMARIADB) or Oracle's libmysqlclient.
#include <errmsg.h>
#include <mysql.h>
