#include "storage/mysql/tls.hpp"

#include <openssl/x509.h>

#include <string>

#include "storage/mysql/sql_error.hpp"

namespace notifier::mysql {
namespace {

void set_authorities(MYSQL* handle, const MysqlSettings& settings) {
  if (!settings.ca_file.empty()) {
    mysql_options(handle, MYSQL_OPT_SSL_CA, settings.ca_file.c_str());
    return;
  }
#ifndef LIBMARIADB
  // Unlike Connector/C, which falls back to the system's authorities, libmysqlclient wants to be told where they are.
  mysql_options(handle, MYSQL_OPT_SSL_CAPATH, X509_get_default_cert_dir());
#endif
}

}  // namespace

void set_tls_options(MYSQL* handle, const MysqlSettings& settings) {
#ifdef LIBMARIADB
  const auto set_flag = [handle](mysql_option option, bool on) {
    const char value = on ? 1 : 0;
    mysql_options(handle, option, &value);
  };
  set_flag(MYSQL_OPT_SSL_ENFORCE, settings.tls != MysqlTls::off);
  set_flag(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, settings.tls == MysqlTls::verify);
#else
  const unsigned mode = settings.tls == MysqlTls::off        ? SSL_MODE_DISABLED
                        : settings.tls == MysqlTls::required ? SSL_MODE_REQUIRED
                                                             : SSL_MODE_VERIFY_IDENTITY;
  mysql_options(handle, MYSQL_OPT_SSL_MODE, &mode);
#endif
  if (settings.tls == MysqlTls::verify) set_authorities(handle, settings);
}

void check_tls(MYSQL* handle, const MysqlSettings& settings) {
  if (settings.tls == MysqlTls::off || mysql_get_ssl_cipher(handle) != nullptr) return;
  throw SqlError{CR_SSL_CONNECTION_ERROR, "HY000", "the server offers no TLS"};
}

}  // namespace notifier::mysql
